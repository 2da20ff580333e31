/** What `npm start` does while there is no desktop window: says so, and shows how the synchronisation stands. */
console.error(
  'This version has no desktop window yet; `npm run demo` shows it at work. How things stand here:',
);
process.argv.splice(2, 0, 'status');
await import('./calendar-sync.mjs');
