import type { Fetch } from '../../src/main/ports.ts';
import type { FaultEffect } from '../../src/sandbox/faults.ts';
import type { World } from '../support/world.ts';
import type { Dice } from './dice.ts';
import type { Findings } from './findings.ts';
import { responsesIn, tokenIn, withResponses } from './multistatus-seen.ts';
import {
  carried,
  isListing,
  isSignIn,
  isStream,
  isWrite,
  positionOut,
  type SeenRequest,
  seenRequest,
} from './request-seen.ts';
import type { Scene } from './scene.ts';
import type { Trace } from './trace.ts';
import { effectOf, TROUBLES, type Trouble } from './troubles.ts';
import { Watch } from './watch.ts';

/** How often something happens to a request. */
const WEATHER = { fair: 0, rough: 0.06, storm: 0.3 } as const;
type Weather = keyof typeof WEATHER;

type Json = Readonly<Record<string, unknown>>;

/** What lies between the app and the servers: loses, delays, repeats, reorders, refuses, and ends the app. */
export class SimulatedNetwork {
  readonly #dice: Dice;
  readonly #findings: Findings;
  readonly #trace: Trace;
  #world: World | null = null;
  #watch: Watch | null = null;
  weather: Weather = 'fair';
  /** This service answers nothing but 503. */
  outage: SeenRequest['service'] | null = null;
  /** Whether pages come in another order than the service's, some items twice. */
  reorders = false;
  /** Whether what was listed last is listed again. */
  replays = false;
  /** What people do while requests are on their way. */
  meanwhile: (() => Promise<void>) | null = null;
  /** A person waits for what they set up, and tries again until it works. */
  #sheltered = 0;
  #killIn = Number.POSITIVE_INFINITY;
  #killAfter = false;
  #isDead = false;
  /** Addresses of objects that were written to and not been looked at since. */
  readonly #unlooked = new Set<string>();
  readonly #lastItems = new Map<string, readonly Json[]>();

  constructor(dice: Dice, findings: Findings, trace: Trace) {
    this.#dice = dice;
    this.#findings = findings;
    this.#trace = trace;
  }

  open(world: World): void {
    this.#world = world;
  }

  setTheScene(scene: Scene): void {
    this.#watch = new Watch(scene);
  }

  get watch(): Watch {
    if (this.#watch === null) throw new RangeError('The scene is not set yet');
    return this.#watch;
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  calm(): void {
    this.weather = 'fair';
    this.outage = null;
    this.reorders = false;
    this.meanwhile = null;
    this.#killIn = Number.POSITIVE_INFINITY;
  }

  /** Ends the app at the request that comes so many requests from now. */
  killIn(requests: number, after: boolean): void {
    this.#killIn = requests;
    this.#killAfter = after;
  }

  /** Lets what a person does to the set-up through. */
  async sheltered<T>(work: () => Promise<T>): Promise<T> {
    this.#sheltered += 1;
    try {
      return await work();
    } finally {
      this.#sheltered -= 1;
    }
  }

  revived(): void {
    this.#unlooked.clear();
    this.#isDead = false;
    this.watch.forgetPauses();
  }

  readonly between =
    (fetch: Fetch): Fetch =>
    async (input, init) => {
      const request = await seenRequest(new Request(input, init));
      const watch = this.#watch;
      if (watch === null || isSignIn(request)) return fetch(input, init);
      if (isStream(request)) return this.#stream(fetch, input, init);
      if (!this.#isBlindLook(request)) await this.#peopleActMeanwhile();
      this.#die(false);
      watch.leaves(request);
      if (isWrite(request)) watch.writes.push(`${request.method} ${request.url.slice(0, 120)}`);
      let answer: Response | null = null;
      try {
        answer = await this.#sent(fetch, request, input, init);
        return answer;
      } finally {
        watch.tookEffect(request);
        watch.returns(request, answer);
        // The booking system refuses moves of its own accord as well.
        if (request.service === 'booking' && answer?.status === 409)
          this.#findings.meet('fault: 409 at booking');
        this.#tell(
          `${request.method} ${request.url} ${request.body.length} → ${answer?.status ?? 'nothing'}`,
        );
        this.#die(true);
      }
    };

  async #stream(fetch: Fetch, input: Parameters<Fetch>[0], init?: RequestInit): Promise<Response> {
    if (this.outage === 'booking') return new Response(null, { status: 503 });
    return fetch(input, init);
  }

  #tell(what: string): void {
    if (this.#world !== null) this.#trace.add(this.#world.clock.now(), what);
  }

  /**
   * Whether this asks for what has just been written to a server that does not say its etag: what people do to it before
   * that cannot be told from what was written (decision 18).
   */
  #isBlindLook({ service, method, url, body }: SeenRequest): boolean {
    if (service !== 'caldav') return false;
    const isBlind = this.watch.writesBlindly;
    if (isBlind && method === 'PUT') this.#unlooked.add(url);
    const looked = [...this.#unlooked].filter((each) => body.includes(`${each}<`));
    for (const each of looked) this.#unlooked.delete(each);
    return looked.length > 0 || this.#unlooked.size > 0;
  }

  async #peopleActMeanwhile(): Promise<void> {
    if (this.meanwhile !== null && this.#sheltered === 0 && this.#dice.chance(0.04)) await this.meanwhile();
  }

  #die(after: boolean): void {
    if (this.#sheltered > 0) return;
    if (!after) this.#killIn -= 1;
    if (this.#killIn > 0 || this.#killAfter !== after || this.#isDead) return;
    this.#killIn = Number.POSITIVE_INFINITY;
    this.#isDead = true;
    this.#findings.meet(`fault: killed ${after ? 'after' : 'before'} a request`);
    this.#tell('killed');
    this.#world?.kill();
    throw new TypeError('The process is dead');
  }

  async #sent(
    fetch: Fetch,
    request: SeenRequest,
    input: Parameters<Fetch>[0],
    init?: RequestInit,
  ): Promise<Response> {
    const { faults } = (this.#world as World).sandbox;
    if (this.#sheltered > 0) return this.#listed(request, await fetch(input, init));
    if (this.outage === request.service) {
      this.#findings.meet(`fault: ${request.service} down`);
      faults.add({ service: request.service, effect: { kind: 'status', status: 503, when: 'before' } });
      return fetch(input, init);
    }
    const trouble = this.#dice.chance(WEATHER[this.weather]) ? this.#dice.weighted<Trouble>(TROUBLES) : null;
    if (trouble === 'twice') {
      this.#findings.meet('fault: twice');
      await fetch(input, init).then((first) => first.arrayBuffer());
      return this.#listed(request, await fetch(input, init));
    }
    const effect = trouble === null ? null : effectOf(trouble, request, this.#dice);
    if (effect !== null) {
      this.#findings.meet(`fault: ${trouble} at ${request.service}`);
      this.#tell(`${trouble} for the next`);
      faults.add({ service: request.service, effect, ...this.#inside(request, effect) });
    }
    return this.#listed(request, await fetch(input, init));
  }

  /** Of a batch, now and then one of those that it carries has the trouble instead of the whole. */
  #inside(request: SeenRequest, { kind }: FaultEffect): { readonly path?: string } {
    const parts = carried(request);
    if (parts[0] === request || kind !== 'status' || this.#dice.chance(0.3)) return {};
    const path = this.#dice.one(parts)?.url ?? '';
    return { path: `${path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$` };
  }

  /** A page of a listing: in another order, with an item twice, or with what was listed before once more. */
  async #listed(request: SeenRequest, answer: Response): Promise<Response> {
    if (!answer.ok || !isListing(request)) return answer;
    if (request.service === 'caldav') return this.#multistatus(answer);
    const document = parsed(await answer.clone().text());
    if (document === null) return answer;
    const position = positionOut(document);
    if (position !== null) this.watch.handedOut(position);
    const name = 'value' in document ? 'value' : 'items';
    const items = (document[name] ?? []) as readonly Json[];
    const body = JSON.stringify({ ...document, [name]: this.#mixed(request, items) });
    const headers = new Headers(answer.headers);
    headers.delete('content-length');
    return new Response(body, { status: answer.status, headers });
  }

  async #multistatus(answer: Response): Promise<Response> {
    const document = await answer.clone().text();
    const position = tokenIn(document);
    if (position !== null) this.watch.handedOut(position);
    if (!this.reorders) return answer;
    const { status, headers } = answer;
    const other = new Headers(headers);
    other.delete('content-length');
    return new Response(withResponses(document, this.#shuffled(responsesIn(document))), {
      status,
      headers: other,
    });
  }

  #mixed(request: SeenRequest, items: readonly Json[]): readonly Json[] {
    const kind = `${request.service} ${request.url.split('?')[0]}`;
    if (this.replays && items.length === 0) {
      const again = (this.#lastItems.get(kind) ?? []).filter((item) => this.#isCurrent(request, item));
      if (again.length > 0) this.#findings.meet('fault: a page comes again');
      return again;
    }
    if (items.length > 0) this.#lastItems.set(kind, items);
    return this.reorders ? this.#shuffled(items) : items;
  }

  /** In another order, now and then one of them twice. */
  #shuffled<T>(items: readonly T[]): readonly T[] {
    if (items.length === 0) return items;
    const mixed = this.#dice.shuffled(items);
    if (items.length > 1) this.#findings.meet('fault: a page in another order');
    const double = this.#dice.chance(0.3) ? this.#dice.one(mixed) : undefined;
    if (double === undefined) return mixed;
    this.#findings.meet('fault: an item twice');
    return [...mixed, double];
  }

  /** Whether that is still how it is: what was so before would be another page, of yesterday. */
  #isCurrent(request: SeenRequest, item: Json): boolean {
    const { sandbox } = this.#world as World;
    const id = String(item.id);
    if (request.service === 'booking') {
      return /changes/.test(request.url) && sandbox.booking.bookings.get(id)?.version === item.version;
    }
    if (request.service === 'google') {
      const calendarId = decodeURIComponent(/calendars\/([^/]+)/.exec(request.url)?.[1] ?? '');
      return sandbox.google.event(calendarId, id)?.etag === item.etag;
    }
    const calendarId = decodeURIComponent(/calendars\/([^/]+)/.exec(request.url)?.[1] ?? '');
    return (
      item.type !== 'occurrence' &&
      '@odata.etag' in item &&
      sandbox.microsoft.event(calendarId, id)?.['@odata.etag'] === item['@odata.etag']
    );
  }
}

/** Null for half a document. */
function parsed(text: string): Json | null {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
