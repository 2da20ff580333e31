import { addDays, dateAt, instantAt, wallClock } from '../wall-time.ts';
import type { SandboxTechnician } from './state.ts';

/** Half-open stretch of time, in milliseconds since the epoch. */
export interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

export interface SlotRequest extends Span {
  readonly durationMs: number;
  readonly stepMs: number;
}

/**
 * The slots that can be offered: they begin at the start of work and every step after it, lie within working hours
 * and the requested stretch, and touch nothing in `taken`.
 */
export function freeSlots(
  request: SlotRequest,
  technician: SandboxTechnician,
  taken: readonly Span[],
): Span[] {
  const busy = merged(taken);
  const slots: Span[] = [];
  let next = 0;
  for (const work of workingSpans(request, technician)) {
    for (let startMs = work.startMs; startMs + request.durationMs <= work.endMs; startMs += request.stepMs) {
      const endMs = startMs + request.durationMs;
      if (startMs < request.startMs || endMs > request.endMs) continue;
      while ((busy[next]?.endMs ?? Number.POSITIVE_INFINITY) <= startMs) next += 1;
      if ((busy[next]?.startMs ?? Number.POSITIVE_INFINITY) >= endMs) slots.push({ startMs, endMs });
    }
  }
  return slots;
}

/** The same time as spans that are in order and do not touch. */
function merged(spans: readonly Span[]): Span[] {
  const result: { startMs: number; endMs: number }[] = [];
  for (const { startMs, endMs } of spans.toSorted((a, b) => a.startMs - b.startMs)) {
    const last = result.at(-1);
    if (last !== undefined && startMs <= last.endMs) last.endMs = Math.max(last.endMs, endMs);
    else result.push({ startMs, endMs });
  }
  return result;
}

/** The technician's working days that overlap `within`, as instants, whatever clocks do on those days. */
function* workingSpans(within: Span, { timeZone, workingHours }: SandboxTechnician): Generator<Span> {
  const last = dateAt(within.endMs, timeZone);
  for (let date = dateAt(within.startMs, timeZone); date <= last; date = addDays(date, 1)) {
    const startMs = instantAt(date, workingHours.startMinute, timeZone);
    const weekday = wallClock(startMs, timeZone).getUTCDay() || 7;
    if (!workingHours.days.includes(weekday)) continue;
    yield { startMs, endMs: instantAt(date, workingHours.endMinute, timeZone) };
  }
}
