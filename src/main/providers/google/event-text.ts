/**
 * Text as both sides keep it: bare line feeds, nothing but content at the ends. Applied to what is sent and to what
 * is shown, so that a service which trims shows exactly what was sent.
 */
export function eventText(text: string | undefined): string {
  if (text === undefined) return '';
  return (text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text).trim();
}
