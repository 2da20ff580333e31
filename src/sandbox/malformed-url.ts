import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem, sendProblem } from './booking-api/problem.ts';
import { googleErrorBody } from './google/google-error.ts';
import { GraphError } from './microsoft/graph-error.ts';
import type { SandboxClock, SandboxRandom } from './ports.ts';

/** Refuses an address that cannot be decoded, or is too long to, in the form of the service that it would lead to. */
export function refuseUrl(
  { clock, random }: { readonly clock: SandboxClock; readonly random: SandboxRandom },
  status: number,
  request: Pick<FastifyRequest, 'url'>,
  reply: FastifyReply,
): void {
  void reply.header('date', clock.now().toUTCString());
  switch (request.url.split('/', 2)[1]) {
    case 'google':
      void reply.code(status).send(googleErrorBody(status));
      return;
    case 'microsoft': {
      const requestId = random.uuid();
      const error = new GraphError(status, 'BadRequest');
      void reply.code(status).send(error.body({ at: clock.now(), requestId, clientRequestId: requestId }));
      return;
    }
    default:
      sendProblem(reply, new Problem(status, 'invalid_request', 'The address is malformed.'));
  }
}
