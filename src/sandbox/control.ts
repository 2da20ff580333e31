import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import { z } from 'zod';
import { answerProblems, Problem, parse } from './booking-api/problem.ts';
import { FaultRule, type Faults } from './faults.ts';
import { SeedOptions } from './seed.ts';

export interface ControlOptions {
  readonly faults: Faults;
  /** The control routes of each service, by the path they are found under. */
  readonly services: Readonly<Record<string, FastifyPluginAsync>>;
  /** Begins anew: empty, or with a made-up company. */
  readonly reset: (seed: SeedOptions | null) => void;
}

const RequestsQuery = z.object({
  service: z.string().optional(),
  method: z.string().optional(),
  path: z.string().optional(),
});

const Reset = z.object({ seed: SeedOptions.nullable().default(null) }).default({ seed: null });

/**
 * How tests and demonstrations reach behind the services: faults, the request journal, edits by human hand, reset.
 * It asks for no token: the sandbox listens on loopback only and holds nothing of value.
 */
export function controlPlugin({ faults, services, reset }: ControlOptions): FastifyPluginAsync {
  return async (app) => {
    answerProblems(app);
    faultRoutes(app, faults);
    app.post('/reset', async ({ body }, reply) => {
      reset(parse(Reset, body ?? undefined).seed);
      return reply.code(204).send();
    });
    for (const [name, plugin] of Object.entries(services)) await app.register(plugin, { prefix: `/${name}` });
  };
}

function faultRoutes(app: FastifyInstance, faults: Faults): void {
  app.get('/faults', async () => ({ items: faults.active(), tally: faults.tally() }));
  app.post('/faults', async ({ body }, reply) => {
    const rule = parse(FaultRule, body);
    compile(rule.path);
    return reply.code(201).send({ id: faults.add(rule) });
  });
  app.delete('/faults', async (_request, reply) => {
    faults.clear();
    return reply.code(204).send();
  });
  app.delete<{ Params: { id: string } }>('/faults/:id', async ({ params }, reply) =>
    faults.remove(params.id) ? reply.code(204).send() : reply.callNotFound(),
  );

  app.get('/requests', async ({ query }) => {
    const { service, method, path } = parse(RequestsQuery, query);
    return {
      items: faults.journal.entries({ service, method, path: compile(path) }),
      highWater: service === undefined ? null : faults.journal.highWater(service),
    };
  });
  app.delete('/requests', async (_request, reply) => {
    faults.journal.clear();
    return reply.code(204).send();
  });
}

/** @throws Problem 422 when `source` is not a regular expression */
function compile(source: string | undefined): RegExp | undefined {
  if (source === undefined) return undefined;
  try {
    return new RegExp(source);
  } catch (cause) {
    throw new Problem(422, 'invalid_request', `path: ${source} is not a regular expression`, {}, { cause });
  }
}
