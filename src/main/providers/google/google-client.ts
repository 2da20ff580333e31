import type { calendar_v3 } from 'googleapis/build/src/apis/calendar/index.js';
import type { Fetch } from '../../ports.ts';
import { refused, unanswered } from './google-errors.ts';

type CalendarApi = calendar_v3.Calendar;
/** What googleapis takes beside the parameters of a method. */
export type CallOptions = Omit<calendar_v3.Options, 'version'>;

export interface GoogleAnswer {
  readonly status: number;
  /** Parsed JSON, or the text itself where it is none. Not validated. */
  readonly data: unknown;
}

/** What googleapis answers with. */
type ApiAnswer = GoogleAnswer & { readonly headers: object };

/** One call of a googleapis method, with the options to give it. */
type Call = (api: CalendarApi, options: CallOptions) => Promise<ApiAnswer>;

export interface GoogleClient {
  /**
   * Sends one request.
   * @param accepted statuses to be answered with rather than thrown, beside 2xx
   * @throws AppError, mapped by `google-errors.ts`
   */
  send(call: Call, accepted?: readonly number[]): Promise<GoogleAnswer>;
}

/**
 * googleapis as a maker of URLs and nothing else: requests go through the injected fetch, which authorizes and
 * retries, and every status comes back as an answer.
 * @param baseUrl what precedes `/calendar/v3`
 */
export function createGoogleClient(baseUrl: string, fetch: Fetch): GoogleClient {
  const options: CallOptions = {
    // Given with each call: as an option of the whole client it would lose its path.
    rootUrl: `${baseUrl.replace(/\/+$/, '')}/`,
    fetchImplementation: async (input: string | URL | Request, init?: RequestInit) =>
      fetch(input, {
        method: init?.method ?? 'GET',
        headers: init?.headers ?? {},
        body: init?.body ?? null,
        // What we send is for Google only, wherever an answer would like to send us.
        redirect: 'manual',
      }),
    responseType: 'json',
    retry: false,
    validateStatus: () => true,
    // Or they would be read from the environment; proxies are the injected fetch's business.
    noProxy: [/./],
    universeDomain: 'googleapis.com',
  };

  let loading: Promise<CalendarApi> | null = null;

  return {
    async send(call, accepted = []) {
      loading ??= load();
      const api = await loading;
      let answer: ApiAnswer;
      try {
        answer = await call(api, options);
      } catch (thrown) {
        throw unanswered(thrown);
      }
      const { status, data } = answer;
      if ((status >= 200 && status < 300) || accepted.includes(status)) return { status, data };
      throw refused(status, headersOf(answer), data);
    },
  };
}

/** On first use: it is far larger than all the rest, and most commands have no need of it. */
async function load(): Promise<CalendarApi> {
  const { calendar } = await import('googleapis/build/src/apis/calendar/index.js');
  return calendar('v3');
}

function headersOf({ headers }: ApiAnswer): Headers {
  const entries = Object.entries(headers).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return new Headers(entries);
}
