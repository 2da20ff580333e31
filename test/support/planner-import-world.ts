import { blockPrint, isFrom } from '../../src/main/engine/planner/busy-block.ts';
import {
  candidateBlockId,
  type ImportCandidate,
  type ImportLink,
  type ImportMapping,
  type ImportOperation,
  importMapping,
  planImport,
} from '../../src/main/engine/planner/import-plan.ts';
import type { BusyBlock } from '../../src/shared/domain/busy-block.ts';
import type { CalendarEvent } from '../../src/shared/domain/calendar-event.ts';
import type { Mapping } from '../../src/shared/domain/mapping.ts';
import { aMapping, NOW } from './planner-builders.ts';
import { groupAfter } from './planner-imports.ts';
import type { Shuffle } from './planner-world.ts';

const DAY = 86_400_000;

/** An event as its calendar has it; one that is gone is still known to have been there. */
export interface Entry {
  readonly event: CalendarEvent;
  readonly live: boolean;
  readonly ours: boolean;
}

interface Calendar {
  mapping: Mapping;
  readonly entries: Map<string, Entry>;
}

/** A technician's two calendars and the busy blocks in the booking system, in memory. */
export class ImportWorld {
  readonly calendars: readonly Calendar[] = ['work', 'home'].map((calendarId) => ({
    mapping: aMapping({ id: `mapping of ${calendarId}`, calendarId, direction: 'import' }),
    entries: new Map(),
  }));
  readonly blocks = new Map<string, BusyBlock>();
  readonly #links = new Map<string, ImportLink>();
  now = NOW;

  /** What the planner is told of every event, by meeting: copies share their UID. */
  groups(): readonly (readonly ImportCandidate[])[] {
    const candidates = this.calendars.flatMap((calendar) => {
      const mapping = this.importing(calendar);
      return [...calendar.entries.values()].map(({ event, live, ours }) => {
        const blockId = candidateBlockId(mapping, event);
        const link = this.#links.get(blockId) ?? null;
        return { mapping, event, hash: JSON.stringify(event), live, ours, blockId, link };
      });
    });
    return [...Map.groupBy(candidates, ({ event }) => event.iCalUid).values()];
  }

  importing({ mapping }: Calendar): ImportMapping {
    const source = { provider: 'google', subject: 'subject-1', calendarId: mapping.calendarId };
    return importMapping(mapping, source, this.now);
  }

  /**
   * One run of the engine: plans every meeting and carries its plan out, in the order that `shuffle` gives.
   * @param watch is called after each step with the meeting that it was about
   */
  round(shuffle: Shuffle, watch: (uid: string | null) => void = () => {}): readonly ImportOperation[] {
    return shuffle(this.groups()).flatMap((group) => {
      const plan = planImport(group);
      for (const operation of plan) {
        if (operation.kind === 'upsert-block') this.blocks.set(operation.block.id, operation.block);
        if (operation.kind === 'delete-block') this.blocks.delete(operation.candidate.blockId);
        watch(operation.candidate.event.iCalUid);
      }
      for (const { blockId, link } of groupAfter(group, plan)) {
        if (link === null) this.#links.delete(blockId);
        else this.#links.set(blockId, link);
      }
      return plan;
    });
  }

  changeMapping(index: number, changes: Partial<Mapping>): void {
    const calendar = this.calendars[index % this.calendars.length];
    if (calendar === undefined) return;
    calendar.mapping = { ...calendar.mapping, ...changes, revision: calendar.mapping.revision + 1 };
  }

  passDays(days: number): void {
    this.now = new Date(this.now.getTime() + days * DAY);
  }

  /**
   * What is left after the database is lost: the listing of the window, and the blocks in it that are there already.
   * Those of the past stay, but nobody asks about them any more.
   */
  loseDatabase(): void {
    this.#links.clear();
    for (const calendar of this.calendars) {
      const { source, window } = this.importing(calendar);
      for (const [id, { event, live }] of calendar.entries) {
        if (!live || event.time.end <= window.from) calendar.entries.delete(id);
      }
      for (const block of this.blocks.values()) {
        if (!isFrom(block, source)) continue;
        if (block.end <= window.from) {
          this.blocks.delete(block.id);
          continue;
        }
        const adopted = { id: 1, revision: 0, reason: 'It was there already.', shown: '', basis: '' };
        this.#links.set(block.id, { ...adopted, state: 'live', sent: blockPrint(block) });
      }
    }
  }
}
