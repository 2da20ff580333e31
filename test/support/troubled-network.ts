import type { Fetch } from '../../src/main/ports.ts';
import type { CalendarName } from './technician-calendar.ts';

/** What goes wrong with a request. `after`: it takes effect, and its answer is lost. */
export type Trouble =
  | { readonly kind: 'status'; readonly status: number; readonly when: 'before' | 'after' }
  | { readonly kind: 'drop'; readonly when: 'before' | 'after' }
  /** Its answer breaks off in the middle. */
  | { readonly kind: 'truncate' };

interface Asked {
  readonly method: string;
  readonly url: string;
  /** What a batch at Microsoft's carries. */
  readonly carried: readonly Pick<Asked, 'method' | 'url'>[];
}

type IsMeant = (request: Asked) => boolean;

/** A network in which requests go wrong as they are told to, whatever server they are for. */
export class TroubledNetwork {
  #troubles: {
    readonly isMeant: IsMeant;
    readonly trouble: Trouble;
    skip: number;
    times: number;
    hits: number;
  }[] = [];
  #meanwhile: { readonly isMeant: IsMeant; readonly act: () => Promise<void> } | null = null;

  readonly between =
    (fetch: Fetch): Fetch =>
    async (input, init) => {
      const request = await asked(new Request(input, init));
      if (this.#meanwhile?.isMeant(request) === true) {
        const { act } = this.#meanwhile;
        this.#meanwhile = null;
        await act();
      }
      const trouble = this.#next(request);
      if (trouble === null) return fetch(input, init);
      if (trouble.kind === 'truncate') return halved(await fetch(input, init));
      if (trouble.when === 'after') await fetch(input, init).then((answer) => answer.text());
      if (trouble.kind === 'drop') throw new TypeError('fetch failed');
      return new Response(null, { status: trouble.status });
    };

  /** Lets some requests through, spoils the next ones, and answers with how many it has spoilt. */
  trouble(
    isMeant: IsMeant,
    trouble: Trouble,
    { skip = 0, times = 1 }: { readonly skip?: number; readonly times?: number } = {},
  ): () => number {
    const added = { isMeant, trouble, skip, times, hits: 0 };
    this.#troubles.push(added);
    return () => added.hits;
  }

  /** Does something once, right before the next request of that kind leaves. */
  before(isMeant: IsMeant, act: () => Promise<void>): void {
    this.#meanwhile = { isMeant, act };
  }

  calm(): void {
    this.#troubles = [];
    this.#meanwhile = null;
  }

  #next(request: Asked): Trouble | null {
    for (const each of this.#troubles.filter(({ isMeant }) => isMeant(request))) {
      if (each.skip > 0) each.skip -= 1;
      else if (each.hits < each.times) {
        each.hits += 1;
        return each.trouble;
      }
    }
    return null;
  }
}

async function asked(request: Request): Promise<Asked> {
  const { method, url } = request;
  return { method, url, carried: /\$batch$/.test(url) ? JSON.parse(await request.text()).requests : [] };
}

async function halved(answer: Response): Promise<Response> {
  const text = await answer.text();
  const { status, headers } = answer;
  return new Response(text === '' ? null : text.slice(0, text.length / 2), { status, headers });
}

/** What a request wants of a calendar. */
export type CalendarAct = 'create' | 'update' | 'delete' | 'read';

const METHODS: Readonly<Record<CalendarName, Readonly<Record<CalendarAct, RegExp>>>> = {
  Google: { create: /^POST/, update: /^PATCH/, delete: /^DELETE/, read: /^GET/ },
  Microsoft: { create: /^POST .*\/events$/, update: /^PATCH/, delete: /^DELETE/, read: /^GET/ },
  CalDAV: { create: /^PUT/, update: /^PUT/, delete: /^DELETE/, read: /^PROPFIND|^REPORT/ },
};
const PATHS: Readonly<Record<CalendarName, RegExp>> = {
  Google: /\/google\/calendar\/v3\//,
  Microsoft: /\/microsoft\/v1\.0\//,
  CalDAV: /127\.0\.0\.1:\d+\/tess\//,
};

/** Whether a request is one to that calendar that does this; without `act`, whatever it does. */
export const isCalendarRequest =
  (name: CalendarName, act: CalendarAct | null = null): IsMeant =>
  (request) =>
    PATHS[name].test(request.url) &&
    (act === null ||
      [request, ...request.carried].some(({ method, url }) => METHODS[name][act].test(`${method} ${url}`)));

/** Whether a request is one to the booking system. */
export const isBookingRequest: IsMeant = ({ url }) => /\/booking\//.test(url);
