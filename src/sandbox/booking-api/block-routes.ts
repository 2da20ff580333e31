import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import type { BusyBlock } from '../../shared/domain/busy-block.ts';
import type { Faults } from '../faults.ts';
import { assertSees, type DeviceOf } from './access.ts';
import { AcceptedBlock } from './busy-blocks.ts';
import type { Device } from './devices.ts';
import { decodePageToken, encodePageToken, PageSize } from './paging.ts';
import { firstIssue, Problem, parse } from './problem.ts';
import type { BookingState } from './state.ts';

const BATCH_LIMIT = 500;

// The items are judged one by one: one that is wrong must not spoil the rest.
const Batch = z
  .object({ upserts: z.array(z.unknown()).default([]), deletes: z.array(z.string()).default([]) })
  .strict();

const ListQuery = z.object({
  technicianId: z.string(),
  pageSize: PageSize,
  pageToken: z.string().optional(),
});

const ItemFault = z.object({
  status: z.number().int(),
  code: z.string().optional(),
  /** Sent as the `Retry-After` of the whole answer. */
  retryAfterSeconds: z.number().int().optional(),
});

interface ItemResult {
  readonly id: string;
  readonly status: number;
  readonly code?: string;
  readonly detail?: string;
}

type ById = { Params: { id: string } };

/**
 * Busy blocks. Hooks that can be injected here: `block-item` (argument `{status, code?, retryAfterSeconds?}`: refuses
 * single items of a batch, matched by the path `/busy-blocks/ID`), and `empty-listing`, `repeat-page`, `endless-pages` on the list.
 */
export function blockRoutes(
  app: FastifyInstance,
  state: BookingState,
  faults: Faults,
  deviceOf: DeviceOf,
): void {
  let serial = 0;

  function itemFault(reply: FastifyReply, method: 'PUT' | 'DELETE', id: string): ItemResult | null {
    const hook = faults.takeHook('booking', 'block-item', { method, url: `/busy-blocks/${id}` });
    if (hook === null) return null;
    const { status, code, retryAfterSeconds } = ItemFault.parse(hook.argument);
    if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds));
    return { id, status, code: code ?? 'injected_fault', detail: 'The sandbox was told to refuse this.' };
  }

  app.post('/busy-blocks::batch', { bodyLimit: 16 * 1024 * 1024 }, async (request, reply) => {
    const { upserts, deletes } = parse(Batch, request.body);
    if (upserts.length + deletes.length > BATCH_LIMIT) {
      throw new Problem(422, 'too_many_items', `A batch holds at most ${BATCH_LIMIT} items.`);
    }
    const device = deviceOf(request);
    return {
      results: [
        ...upserts.map((item) => itemFault(reply, 'PUT', idOf(item)) ?? upsert(state, device, item)),
        ...deletes.map((id) => itemFault(reply, 'DELETE', id) ?? remove(state, device, id)),
      ],
    };
  });

  app.get('/busy-blocks', async (request) => {
    const query = parse(ListQuery, request.query);
    assertSees(deviceOf(request), query.technicianId);
    if (faults.takeHook('booking', 'empty-listing', request) !== null) return { items: [] };
    const here =
      query.pageToken === undefined ? { after: '', since: 0, serial: 0 } : decodePageToken(query.pageToken);
    const { items, more } = state.blocks.list(query.technicianId, here.after, query.pageSize);
    if (faults.takeHook('booking', 'endless-pages', request) !== null) {
      return { items, nextPageToken: query.pageToken ?? encodePageToken(here) };
    }
    serial += 1;
    if (faults.takeHook('booking', 'repeat-page', request) !== null) {
      return { items, nextPageToken: encodePageToken({ ...here, serial }) };
    }
    if (!more) return { items };
    return { items, nextPageToken: encodePageToken({ ...here, after: items.at(-1)?.id ?? '', serial }) };
  });

  app.put<ById>('/busy-blocks/:id', async (request, reply) => {
    const { id } = request.params;
    const body = parse(z.looseObject({ id: z.string().default(id) }), request.body);
    if (body.id !== id) {
      throw new Problem(422, 'invalid_request', 'The id in the body is not the id in the path.');
    }
    const result = upsert(state, deviceOf(request), body);
    if (result.status >= 400) throw refusal(result);
    return reply.code(result.status).send(state.blocks.get(id));
  });

  app.delete<ById>('/busy-blocks/:id', async (request, reply) => {
    const result = remove(state, deviceOf(request), request.params.id);
    if (result.status >= 400) throw refusal(result);
    return reply.code(204).send();
  });
}

const refusal = ({ status, code, detail }: ItemResult): Problem =>
  new Problem(status, code ?? 'invalid_request', detail ?? '');

function upsert(state: BookingState, device: Device, item: unknown): ItemResult {
  const block = AcceptedBlock.safeParse(item);
  if (!block.success) {
    return { id: idOf(item), status: 422, code: 'invalid_request', detail: firstIssue(block.error) };
  }
  const { id, technicianId } = block.data;
  const owner = state.blocks.get(id)?.technicianId ?? technicianId;
  if (!device.sees.has(technicianId) || !device.sees.has(owner) || !state.technicians.has(technicianId)) {
    return {
      id,
      status: 422,
      code: 'unknown_technician',
      detail: `technicianId: this device may not write for ${technicianId}`,
    };
  }
  const created = state.blocks.put(withoutNulls(block.data));
  return { id, status: created ? 201 : 200 };
}

function remove(state: BookingState, device: Device, id: string): ItemResult {
  const block = state.blocks.get(id);
  if (block === undefined || !device.sees.has(block.technicianId)) {
    return { id, status: 404, code: 'not_found', detail: `There is no busy block ${id}.` };
  }
  state.blocks.delete(id);
  return { id, status: 204 };
}

const Identified = z.object({ id: z.string() });

function idOf(item: unknown): string {
  const parsed = Identified.safeParse(item);
  return parsed.success ? parsed.data.id : '';
}

const withoutNulls = (block: BusyBlock): BusyBlock =>
  Object.fromEntries(Object.entries(block).filter(([, value]) => value !== null)) as BusyBlock;
