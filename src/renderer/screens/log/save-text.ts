/** Lets the browser save a text as a file, where the user keeps downloads. */
export function saveText(fileName: string, content: string): void {
  const type = fileName.endsWith('.json') ? 'application/json' : 'text/csv';
  const url = URL.createObjectURL(new Blob([content], { type: `${type};charset=utf-8` }));
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  link.click();
  URL.revokeObjectURL(url);
}
