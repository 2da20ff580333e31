/**
 * What the page of the screens may load: its own scripts, styles and pictures, and a connection to the program that
 * served it. Sent by every host with the page. No inline script and no inline style: the style sheets of the component
 * library are part of the bundle, and what it places at run time it sets by the style object model, which needs no
 * permission. Blobs are for saving an exported log.
 */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
