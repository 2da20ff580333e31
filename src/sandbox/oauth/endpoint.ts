import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';

/** The parameters of a request to an OAuth endpoint, from its query or its form. */
export const Form = z.record(z.string(), z.string());
export type Form = Readonly<z.infer<typeof Form>>;

/** A client that the authorization server knows: a desktop client, whose secret is optional. */
export interface OAuthClient {
  readonly id: string;
  readonly secret: string;
}

/** Why the token endpoint refuses (RFC 6749 section 5.2). */
export class TokenError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, description: string) {
    super(description);
    this.name = 'TokenError';
    this.status = status;
    this.code = code;
  }
}

/** Lets the app read `application/x-www-form-urlencoded` bodies. */
export function acceptForms(app: FastifyInstance): void {
  const type = 'application/x-www-form-urlencoded';
  if (app.hasContentTypeParser(type)) return;
  app.addContentTypeParser(type, { parseAs: 'string' }, (_request, body, done) =>
    done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  );
}

/** The parameters of the request's query; of one that is repeated, the last. */
export function queryForm({ query }: FastifyRequest): Form {
  const parameters = z.record(z.string(), z.union([z.string(), z.array(z.string())])).parse(query);
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [name, [value].flat().at(-1) ?? '']),
  );
}

/** @throws TokenError 400 `invalid_request` */
export function needed(form: Form, name: string): string {
  const value = form[name];
  if (value !== undefined && value !== '') return value;
  throw new TokenError(400, 'invalid_request', `Missing required parameter: ${name}`);
}

/** Who asks, by `client_secret_basic` or `client_secret_post`. */
export function givenCredentials(
  request: FastifyRequest,
  form: Form,
): { readonly id: string | undefined; readonly secret: string | undefined } {
  const [, basic] = /^Basic (.+)$/i.exec(request.headers.authorization ?? '') ?? [];
  if (basic === undefined) return { id: form.client_id, secret: form.client_secret };
  const [id, secret] = Buffer.from(basic, 'base64').toString('utf8').split(':', 2).map(decodeURIComponent);
  return { id, secret };
}

/** Whether a secret that was given is wrong; none is fine. */
export function isWrongSecret(secret: string | undefined, client: OAuthClient): boolean {
  return secret !== undefined && secret !== '' && secret !== client.secret;
}

/** Whether a redirect goes to a server on the same machine, by one of these hosts (RFC 8252 section 7.3). */
export function isLoopbackRedirect(uri: string, hosts: readonly string[]): boolean {
  const url = URL.parse(uri);
  return url !== null && url.protocol === 'http:' && hosts.includes(url.hostname) && url.hash === '';
}

/** Where the person's browser is sent with the answer to an authorization request. */
export function redirection(query: Form, answer: Readonly<Record<string, string>>): string {
  const url = new URL(query.redirect_uri ?? '');
  if (query.state !== undefined) url.searchParams.set('state', query.state);
  for (const [name, value] of Object.entries(answer)) url.searchParams.set(name, value);
  return url.href;
}

/** Whether the request carries an S256 challenge (RFC 7636 section 4.3). */
export function hasChallenge(query: Form): boolean {
  return query.code_challenge_method === 'S256' && /^[\w-]{43}$/.test(query.code_challenge ?? '');
}
