import type { FastifyRequest } from 'fastify';

/** Somebody who can sign in. */
interface Person {
  readonly email: string;
  readonly name: string;
}

const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

function page(service: string, title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${title} - ${service} sandbox</title></head>
<body><main><h1>${title}</h1>
${body}
</main></body>
</html>
`;
}

/**
 * The page on which a person chooses an account, or denies.
 * @param service its name, as people know it
 * @param links from each account, and from denying, to where the choice leads
 */
export function signInPage(
  service: string,
  accounts: readonly Person[],
  scopes: readonly string[],
  links: { readonly account: (email: string) => string; readonly deny: string },
): string {
  const choices = accounts.map(
    ({ email, name }) =>
      `<li><a href="${escaped(links.account(email))}">Sign in as ${escaped(name)} (${escaped(email)})</a></li>`,
  );
  return page(
    service,
    `Sign in with ${service}`,
    `<p>Calendar Sync asks for:</p>
<ul>${scopes.map((scope) => `<li><code>${escaped(scope)}</code></li>`).join('')}</ul>
<ul>${choices.join('\n')}</ul>
<p><a href="${escaped(links.deny)}">Deny</a></p>`,
  );
}

/**
 * Whether somebody is there to choose: browsers ask for a page, programs such as curl for anything. Those follow
 * redirects at most, so that a stranger's test can sign in too.
 */
export const asksForPage = ({ headers }: FastifyRequest): boolean =>
  headers.accept?.includes('text/html') === true;

/** What a person sees when the client's request is wrong: nothing goes back to the client. */
export function errorPage(service: string, code: string, explanation: string): string {
  return page(
    service,
    'Access blocked: authorization error',
    `<p>Error 400: ${escaped(code)}</p>\n<p>${escaped(explanation)}</p>`,
  );
}
