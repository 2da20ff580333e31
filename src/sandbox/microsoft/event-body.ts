const META = '<meta http-equiv="Content-Type" content="text/html; charset=utf-8">';
const PREVIEW_LENGTH = 255;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
};

/**
 * The HTML that Exchange stores where a client wrote text or HTML: text is wrapped, a fragment becomes a page, scripts
 * go. HTML that came from here is stored as it is. Nothing stays nothing.
 */
export function storedHtml(contentType: 'text' | 'html', content: string): string {
  if (content === '') return '';
  return contentType === 'text' ? pageOfText(content) : pageOfHtml(content);
}

function pageOfText(text: string): string {
  const lines = escaped(text.replace(/\r\n?/g, '\n')).replaceAll('\n', '<br>\r\n');
  return [
    `<html><head>${META}`,
    '<meta name="Generator" content="Microsoft Exchange Server">',
    '<!-- converted from text -->',
    '<style><!-- .EmailQuote { margin-left: 1pt; padding-left: 4pt; border-left: #800000 2px solid; } --></style></head>',
    '<body>',
    `<font size="2"><span style="font-size:11pt;"><div class="PlainText">${lines}</div></span></font>`,
    '</body>',
    '</html>',
    '',
  ].join('\r\n');
}

function pageOfHtml(html: string): string {
  const safe = html
    .replace(/<script\b[\s\S]*?<\/script\s*>/gi, '')
    .replace(/\r\n?/g, '\n')
    .replaceAll('\n', '\r\n');
  if (!/<html\b/i.test(safe)) {
    return ['<html>', '<head>', META, '</head>', '<body>', safe, '</body>', '</html>', ''].join('\r\n');
  }
  if (/<meta\s+http-equiv="Content-Type"/i.test(safe)) return safe;
  if (/<head\b[^>]*>/i.test(safe)) return safe.replace(/<head\b[^>]*>/i, (head) => `${head}\r\n${META}`);
  return safe.replace(/<html\b[^>]*>/i, (root) => `${root}\r\n<head>\r\n${META}\r\n</head>`);
}

/** The text of a stored page: what a client sees that prefers text. */
export function textOfHtml(html: string): string {
  return html
    .replace(/<!--[\s\S]*?-->|<(head|style)\b[\s\S]*?<\/\1\s*>/gi, '')
    .replace(/\r?\n/g, '')
    .replace(/<br\b[^>]*>|<\/(p|div|tr|li|h\d)\s*>/gi, '\r\n')
    .replace(/<[^>]*>/g, '')
    .replace(/&(#x?)?(\w+);/gi, (entity, numeric: string | undefined, name: string) => {
      if (numeric === undefined) return ENTITIES[name.toLowerCase()] ?? entity;
      const code = Number.parseInt(name, numeric === '#' ? 10 : 16);
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : entity;
    })
    .trim();
}

/** The first words of a body, as the calendar shows them. */
export function previewOf(html: string): string {
  return textOfHtml(html).slice(0, PREVIEW_LENGTH);
}
