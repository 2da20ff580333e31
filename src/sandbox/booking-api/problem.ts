import { STATUS_CODES } from 'node:http';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { z } from 'zod';

/** A refusal, answered as RFC 9457 `application/problem+json`. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  /** Further members of the answer, e.g. `current`. */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(
    status: number,
    code: string,
    detail: string,
    members: Readonly<Record<string, unknown>> = {},
    options: ErrorOptions = {},
  ) {
    super(detail, options);
    this.name = 'Problem';
    this.status = status;
    this.code = code;
    this.members = members;
  }
}

/** `value` as `schema` understands it. @throws Problem 422 `invalid_request` naming the first thing that is wrong */
export function parse<Schema extends z.ZodType>(schema: Schema, value: unknown): z.infer<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new Problem(422, 'invalid_request', firstIssue(result.error));
}

/** The first thing a schema objected to, in words. */
export function firstIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  if (issue === undefined) return 'The request is malformed.';
  const where = issue.path.join('.');
  return where === '' ? issue.message : `${where}: ${issue.message}`;
}

/** Answers with a problem document. */
export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  const { status, code, message, members } = problem;
  if (status === 401) reply.header('www-authenticate', 'Bearer');
  return reply
    .code(status)
    .type('application/problem+json')
    .send(
      JSON.stringify({
        type: `urn:booking-api:problem:${code}`,
        title: STATUS_CODES[status] ?? 'Error',
        status,
        detail: message,
        code,
        ...members,
      }),
    );
}

/** Makes every failure of `app`'s routes, its unknown paths included, a problem document. */
export function answerProblems(app: FastifyInstance): void {
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    if (error instanceof Problem) return sendProblem(reply, error);
    const status = error.statusCode ?? 500;
    return sendProblem(
      reply,
      new Problem(status, status < 500 ? 'invalid_request' : 'internal', error.message),
    );
  });
  app.setNotFoundHandler((request, reply) =>
    sendProblem(reply, new Problem(404, 'not_found', `There is no ${request.method} ${request.url} here.`)),
  );
}
