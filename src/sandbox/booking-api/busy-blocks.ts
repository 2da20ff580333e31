import { z } from 'zod';
import { BusyBlock } from '../../shared/domain/busy-block.ts';
import { instantOf, isTimeZone } from '../wall-time.ts';
import type { Page } from './bookings.ts';
import { OrderedMap } from './ordered-map.ts';

const DateOrTime = z.union([z.iso.datetime({ offset: true }), z.iso.date()]);

const hidden = (value: unknown): boolean => value === undefined || value === null;

/** A busy block as the server accepts it: whole, and with nothing private that its visibility forbids. */
export const AcceptedBlock = BusyBlock.extend({
  id: z.string().min(1).max(200),
  start: DateOrTime,
  end: DateOrTime,
  timeZone: z.string().refine(isTimeZone, 'not an IANA time zone').nullish(),
})
  .refine((block) => block.visibility !== 'busy-only' || (hidden(block.title) && hidden(block.location)), {
    error: 'a busy-only block carries neither title nor location',
  })
  .refine((block) => (block.start.length === 10) === (block.end.length === 10), {
    error: 'start and end must both be dates or both be date-times',
  })
  .refine((block) => instantOf(block.start, 'UTC') < instantOf(block.end, 'UTC'), {
    error: 'end must be after start',
  });

/** All busy blocks, by technician. */
export class BusyBlocks {
  readonly #owners = new Map<string, string>();
  readonly #byTechnician = new Map<string, OrderedMap<BusyBlock>>();

  get(id: string): BusyBlock | undefined {
    const owner = this.#owners.get(id);
    return owner === undefined ? undefined : this.#byTechnician.get(owner)?.get(id);
  }

  /** Every block, or every block of one technician. */
  all(technicianId?: string): BusyBlock[] {
    if (technicianId !== undefined) return [...(this.#byTechnician.get(technicianId)?.values() ?? [])];
    return [...this.#byTechnician.values()].flatMap((blocks) => [...blocks.values()]);
  }

  /** A page of a technician's blocks, in the order of their ids. */
  list(technicianId: string, after: string, limit: number): Page<BusyBlock> {
    const items: BusyBlock[] = [];
    for (const block of this.#byTechnician.get(technicianId)?.after(after) ?? []) {
      if (items.length === limit) return { items, more: true };
      items.push(block);
    }
    return { items, more: false };
  }

  /** Stores a block under its id. True when there was none. */
  put(block: BusyBlock): boolean {
    const created = !this.#owners.has(block.id);
    if (this.#owners.get(block.id) !== block.technicianId) this.delete(block.id);
    this.#owners.set(block.id, block.technicianId);
    const blocks = this.#byTechnician.get(block.technicianId) ?? new OrderedMap<BusyBlock>();
    this.#byTechnician.set(block.technicianId, blocks);
    blocks.set(block.id, block);
    return created;
  }

  /** False when there was none. */
  delete(id: string): boolean {
    const owner = this.#owners.get(id);
    if (owner === undefined) return false;
    this.#owners.delete(id);
    return this.#byTechnician.get(owner)?.delete(id) ?? false;
  }
}
