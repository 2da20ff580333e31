import { compile } from 'html-to-text';

/** Far more than the longest description of a booking takes with all its markup. */
const MAX_HTML = 200_000;

const toText = compile({
  wordwrap: false,
  limits: { maxDepth: 100 },
  selectors: [
    { selector: 'a', options: { ignoreHref: true } },
    { selector: 'img', format: 'skip' },
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({ selector, format: 'block' })),
  ],
});

/**
 * Text as both sides keep it: bare line feeds, single ordinary spaces, none at the ends of lines, at most one empty
 * line in a row. Applied to what is sent and to what is shown, so that what went through HTML shows as it was sent.
 */
export function eventText(text: string | undefined): string {
  if (text === undefined) return '';
  // Most texts have nothing to be made even.
  if (!/[^\S ]|^ | {2}| $/.test(text)) return text;
  return text
    .replace(/\r\n?/g, '\n')
    .split('\n')
    .map((line) => line.replace(/[^\S\n]+/g, ' ').trim())
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

/** The text of a body, which Exchange keeps as HTML also when it was sent as text. */
export function bodyText({
  contentType,
  content,
}: {
  readonly contentType?: string | null | undefined;
  readonly content?: string | null | undefined;
}): string {
  const text = content ?? '';
  return eventText(contentType?.toLowerCase() === 'html' ? toText(text.slice(0, MAX_HTML)) : text);
}
