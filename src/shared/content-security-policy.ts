/**
 * What the page of the screens may load, by directive: its own scripts, styles and pictures, and a connection to the
 * program that served it. Sent by every host with the page. No inline script and no inline style: the style sheets of
 * the component library are part of the bundle, and what it places at run time it sets by the style object model, which
 * needs no permission.
 */
export const CONTENT_SECURITY_DIRECTIVES = {
  'default-src': ["'none'"],
  'script-src': ["'self'"],
  'style-src': ["'self'"],
  'img-src': ["'self'"],
  'connect-src': ["'self'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
  'frame-ancestors': ["'none'"],
} as const;

/** The same as the header's value. */
export const CONTENT_SECURITY_POLICY = Object.entries(CONTENT_SECURITY_DIRECTIVES)
  .map(([directive, sources]) => [directive, ...sources].join(' '))
  .join('; ');
