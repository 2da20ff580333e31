/** What `npm start` does where Electron's binary is not there: says so, and shows the same screens in a browser. */
console.error(
  'The desktop window needs Electron, whose binary is not here. Open the link below in a browser instead; Ctrl-C ends.',
);
process.argv.splice(2, 0, 'serve');
await import('./calendar-sync.mjs');
