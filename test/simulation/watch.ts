import type { Findings } from './findings.ts';
import {
  eventWrites,
  isCalendarList,
  isComplete,
  isListing,
  isSignIn,
  isStream,
  positionIn,
  type SeenRequest,
} from './request-seen.ts';
import type { Calendar, Scene } from './scene.ts';

/** A busy block that has to be there as long as nobody touches its appointment. */
interface SettledBlock {
  readonly calendar: string;
  readonly event: string;
  readonly meeting: string;
  readonly start: string;
  readonly end: string;
}

/** Looks at every request for what no request may ever do. */
export class Watch {
  readonly #findings: Findings;
  readonly #scene: Scene;
  readonly #positions = new Set<string>();
  readonly #pausedUntil = new Map<string, number>();
  readonly #open = new Map<string, number>();
  readonly #looks = new Map<string, number>();
  settledBlocks: readonly SettledBlock[] = [];
  /** Somebody waits for the sync: then requests are made that would otherwise wait. */
  attended = false;
  /** Requests since it was last set to zero that changed something. */
  writes: string[] = [];
  /** Calendars and bookings that were listed from the beginning since. */
  listedAfresh = 0;
  /** What is being answered may rewrite a booking by the technician's choice. */
  answered = new Set<string>();

  constructor(scene: Scene) {
    this.#scene = scene;
    this.#findings = scene.findings;
  }

  /** The app is another process now, which knows nothing of what was asked of the one before. */
  forgetPauses(): void {
    this.#pausedUntil.clear();
  }

  /** Whether a server does not say what became of a write. */
  get writesBlindly(): boolean {
    return this.#scene.calendars.some(({ isBlind }) => isBlind === true);
  }

  /** Somebody chooses a calendar: that asks once which there are, and waits for nobody. */
  personLooks(service: SeenRequest['service']): void {
    this.#looks.set(service, (this.#looks.get(service) ?? 0) + 1);
  }

  leaves(request: SeenRequest): void {
    if (isSignIn(request)) return;
    this.#keepsPause(request);
    this.#keepsMailboxLimit(request, 1);
    this.#positionWasHandedOut(request);
    this.#touchesOwnOnly(request);
  }

  /** Once the request has had its effect, if it had one. */
  tookEffect(request: SeenRequest): void {
    if (isSignIn(request)) return;
    this.#scene.ledger.lookAtBookings(this.#scene.world);
    if (eventWrites(request).some(({ method }) => method !== 'DELETE')) this.onlyOneEach();
    if (request.url.includes('busy-blocks') && request.method !== 'GET') this.#blocksStand(request);
  }

  returns(request: SeenRequest, answer: Response | null): void {
    if (isSignIn(request)) return;
    this.#keepsMailboxLimit(request, -1);
    const seconds = Number(answer?.headers.get('retry-after') ?? 0);
    // Who served somebody who did not wait has said that it is well again.
    if (answer?.ok === true && this.attended) this.#pausedUntil.delete(request.service);
    if (seconds > 0) this.#pausedUntil.set(request.service, this.#now() + seconds * 1_000);
  }

  handedOut(position: string): void {
    this.#positions.add(position);
  }

  /** I2, over all calendars. */
  onlyOneEach(): void {
    const broken = this.#scene.calendars.flatMap(({ key, instances }) => {
      const counts = new Map<string, Set<string>>();
      for (const { id, seriesId, bookingId } of instances()) {
        if (bookingId === null) continue;
        const events = counts.get(bookingId) ?? new Set();
        counts.set(bookingId, events.add(seriesId ?? id));
      }
      return [...counts].flatMap(([bookingId, events]) =>
        events.size > 1 ? [`${bookingId} has ${events.size} events in ${key}`] : [],
      );
    });
    this.#findings.check('I2', broken);
  }

  readonly #now = (): number => this.#scene.world.clock.now().getTime();

  #keepsPause(request: SeenRequest): void {
    const looks = this.#looks.get(request.service) ?? 0;
    if (looks > 0 && isCalendarList(request)) {
      this.#looks.set(request.service, looks - 1);
      return;
    }
    const until = this.#pausedUntil.get(request.service) ?? 0;
    if (until === 0 || this.attended || isStream(request)) return;
    const left = until - this.#now();
    this.#findings.check('I11', left > 0 ? [`${told(request)} came ${left} ms too early`] : []);
    if (left <= 0) this.#pausedUntil.delete(request.service);
  }

  #keepsMailboxLimit({ service, url }: SeenRequest, change: 1 | -1): void {
    if (service !== 'microsoft' || !url.includes('/v1.0/')) return;
    const open = (this.#open.get(service) ?? 0) + change;
    this.#open.set(service, open);
    if (change > 0) this.#findings.check('I11', open > 4 ? [`${open} requests at once to one mailbox`] : []);
  }

  #positionWasHandedOut(request: SeenRequest): void {
    if (!isListing(request)) return;
    const position = positionIn(request);
    if (isComplete(request)) this.listedAfresh += 1;
    if (position === null) return;
    const broken = this.#positions.has(position) ? [] : [`${told(request)} goes on from nowhere`];
    this.#findings.check('I7', broken);
  }

  #touchesOwnOnly(request: SeenRequest): void {
    const { ledger } = this.#scene;
    for (const { method, calendarId, eventId } of eventWrites(request)) {
      const calendar = this.#calendarOf(request.service, calendarId, eventId);
      if (calendar === undefined) continue;
      const { key, mapped, importOnly, isMapped, changedAt, instances } = calendar;
      const isNew = changedAt > ledger.settledAt;
      const mayWrite =
        !importOnly &&
        ((isMapped && mapped.direction !== 'import') ||
          (isNew && method === 'DELETE') ||
          (isNew && !isMapped));
      this.#findings.check('I5', mayWrite ? [] : [`${told(request)} in ${key}, which is only imported`]);
      if (eventId === null) continue;
      const shown = instances().filter(({ id, seriesId }) => id === eventId || seriesId === eventId);
      const bookingId = shown.find((each) => each.bookingId !== null)?.bookingId ?? null;
      const foreign = shown.length > 0 && bookingId === null;
      this.#findings.check(
        'I4',
        foreign ? [`${method} “${shown[0]?.title}” in ${key}, which is not ours`] : [],
      );
      if (method !== 'DELETE' || bookingId === null) continue;
      ledger.withdrawn.set(`${key} ${bookingId}`, ledger.tick());
      const mayGo = isNew || ledger.wasGone(bookingId);
      this.#findings.check('I6', mayGo ? [] : [`the event of ${bookingId} in ${key}, whose booking stands`]);
    }
    if (request.service === 'booking' && request.method === 'PATCH') this.#movesOnly(request);
  }

  #movesOnly(request: SeenRequest): void {
    const id = decodeURIComponent(/\/bookings\/([^/?]+)/.exec(request.url)?.[1] ?? '');
    const fields = Object.keys(JSON.parse(request.body));
    const more = fields.filter((field) => !['start', 'end', 'timeZone'].includes(field));
    const isAsked = this.answered.has(id);
    this.#findings.check('I4', more.length === 0 || isAsked ? [] : [`${more} of ${id} was rewritten`]);
  }

  #blocksStand(request: SeenRequest): void {
    const { deletes = [] } = request.method === 'DELETE' ? { deletes: ['one'] } : JSON.parse(request.body);
    if (deletes.length === 0) return;
    const { calendars, ledger, world } = this.#scene;
    const blocks = world.sandbox.booking.blocks.all();
    const gone = this.settledBlocks.filter(({ calendar, event, meeting, start, end }) => {
      const changedAt = calendars.find(({ key }) => key === calendar)?.changedAt ?? 0;
      if (changedAt > ledger.settledAt || ledger.touched.has(`${calendar} ${event}`)) return false;
      if (blocks.some((block) => same(block.start, start) && same(block.end, end))) return false;
      // A copy of the meeting that is imported only now may stand for it, at its own time.
      return !calendars.some(
        ({ changedAt: since, instances }) =>
          since > ledger.settledAt && instances().some((copy) => copy.meeting === meeting),
      );
    });
    this.#findings.check(
      'I6',
      gone.map(({ calendar, start }) => `the block of an appointment at ${start} in ${calendar}`),
    );
  }

  #calendarOf(service: string, calendarId: string | null, eventId: string | null): Calendar | undefined {
    return this.#scene.calendars.find(
      ({ provider, calendarId: id, instances }) =>
        provider === service &&
        (calendarId === null
          ? instances().some((each) => each.id === eventId || each.seriesId === eventId)
          : id === calendarId),
    );
  }
}

export const same = (a: string, b: string): boolean =>
  a.length === 10 || b.length === 10 ? a === b : Date.parse(a) === Date.parse(b);

const told = ({ method, url }: SeenRequest): string => `${method} ${url.slice(0, 100)}`;
