import { AppError } from '../../shared/rpc/errors.ts';
import { parseDsn } from '../../shared/sentry-dsn.ts';
import type { Clock, Fetch, Log, Random } from '../ports.ts';

export interface ErrorReportPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly fetch: Fetch;
  /** What is reported is logged as well. */
  readonly log: Log;
  /** Where reports go; null: nowhere. Asked for each report, so that a change counts at once. */
  readonly dsn: () => Promise<string | null>;
  /** `calendar-sync/VERSION (host; platform)` */
  readonly userAgent: string;
}

const HOUR_MS = 3_600_000;
/** The same fault is reported once in this time, and so many different ones. */
const REPORTS_AN_HOUR = 10;
const TIMEOUT_MS = 10_000;
const MAX_FRAMES = 30;
/** Where a service asks us to stay away without saying for how long. */
const DEFAULT_REST_MS = 60_000;

/**
 * Tells a Sentry-compatible server (https://develop.sentry.dev/sdk/foundations/transport/envelopes/) of what the
 * program logs as an error, and of what nobody caught. What an error says may quote a calendar, an address or a
 * secret, so that nothing of what anybody wrote leaves: a report is the part of the program, the kind of the error and
 * its code, the stack as names of functions and of our own files, and the version. Off without an address.
 */
export class ErrorReports {
  readonly #ports: ErrorReportPorts;
  readonly #told = new Map<string, number>();
  #restUntil = Number.NEGATIVE_INFINITY;

  constructor(ports: ErrorReportPorts) {
    this.#ports = ports;
  }

  /** The log, watched. */
  readonly log: Log = (level, scope, message, fields) => {
    this.#ports.log(level, scope, message, fields);
    if (level !== 'error') return;
    const error = Object.values(fields ?? {}).find((value) => value instanceof Error);
    void this.report(scope, error).catch((reason: unknown) => {
      this.#ports.log('debug', 'errors', 'An error could not be reported', { error: String(reason) });
    });
  };

  /** Reports one error, unless it was lately. @throws whatever keeps the report from arriving */
  async report(scope: string, thrown: unknown, level: ReportedEvent['level'] = 'error'): Promise<void> {
    const { clock, random, dsn, fetch, userAgent } = this.#ports;
    const text = await dsn();
    const target = text === null ? null : parseDsn(text);
    const now = clock.now();
    const event = eventOf(scope, thrown, level);
    if (target === null || !this.#isDue(JSON.stringify(event), now.getTime())) return;
    const body = envelope(random.uuid().replaceAll('-', ''), now, {
      ...event,
      release: releaseOf(userAgent),
    });
    const over = new AbortController();
    const timer = clock.sleep(TIMEOUT_MS, over.signal).then(
      () => over.abort(new TypeError('No answer')),
      () => undefined,
    );
    try {
      const answer = await fetch(target.endpoint, {
        method: 'POST',
        redirect: 'error',
        headers: {
          'content-type': 'application/x-sentry-envelope',
          'user-agent': userAgent,
          'x-sentry-auth': `Sentry sentry_version=7, sentry_client=${releaseOf(userAgent).replace('@', '/')}, sentry_key=${target.publicKey}`,
        },
        body,
        signal: over.signal,
      });
      await answer.body?.cancel();
      if (answer.status === 429) this.#restUntil = now.getTime() + restMs(answer.headers);
    } finally {
      over.abort(ANSWERED);
      await timer;
    }
  }

  #isDue(fingerprint: string, now: number): boolean {
    if (now < this.#restUntil) return false;
    for (const [known, at] of this.#told) if (now - at >= HOUR_MS || now < at) this.#told.delete(known);
    if (this.#told.has(fingerprint) || this.#told.size >= REPORTS_AN_HOUR) return false;
    this.#told.set(fingerprint, now);
    return true;
  }
}

const ANSWERED = new Error('The answer has arrived');

/** What is told of an error. */
interface ReportedEvent {
  readonly level: 'error' | 'fatal';
  readonly platform: 'node';
  readonly logger: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly exception: {
    readonly values: readonly {
      readonly type: string;
      readonly value: string;
      readonly stacktrace?: { readonly frames: readonly Frame[] };
    }[];
  };
}

interface Frame {
  readonly function: string;
  readonly filename: string;
  readonly lineno: number;
  readonly colno: number;
  readonly in_app: boolean;
}

function eventOf(scope: string, thrown: unknown, level: ReportedEvent['level']): ReportedEvent {
  const values = causesOf(thrown).map((error) => {
    const frames = framesOf(error);
    return {
      type: typeOf(error),
      value: codeOf(error),
      ...(frames.length > 0 && { stacktrace: { frames } }),
    };
  });
  const [first] = values;
  return {
    level,
    platform: 'node',
    logger: part(scope),
    tags: first === undefined ? {} : { code: first.value },
    // Sentry wants the cause before what it caused.
    exception: {
      values: values.length === 0 ? [{ type: 'Error', value: part(scope) }] : values.toReversed(),
    },
  };
}

/** The error and what caused it, at most three of them. */
function causesOf(thrown: unknown): readonly Error[] {
  const errors: Error[] = [];
  for (let error = thrown; error instanceof Error && errors.length < 3; error = error.cause)
    errors.push(error);
  return errors;
}

const typeOf = ({ name }: Error): string => (/^[A-Za-z]{0,40}(Error|Exception)$/.test(name) ? name : 'Error');

/** Codes are of closed sets: ours, of Node, and of SQLite. A detail may be another system's words, and stays here. */
function codeOf(error: Error): string {
  if (error instanceof AppError) return error.code;
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,40}$/.test(code) ? code : '';
}

/** A part of the program, as its log names it. */
const part = (scope: string): string => (/^[a-z-]{1,20}$/.test(scope) ? scope : 'other');

const FRAME = /^\s+at (?:(?:async )?([\w$.<># [\]]{1,100}) \()?(?:file:\/\/)?([^()\s]+):(\d+):(\d+)\)?$/;

/** The stack, outermost call first, as Sentry wants it. Its first lines repeat the message and are left out. */
function framesOf({ stack = '', message }: Error): readonly Frame[] {
  const start = stack.indexOf(message);
  return stack
    .slice(start < 0 ? 0 : start + message.length)
    .split('\n')
    .flatMap((line) => {
      const [, name = '', file = '', lineno, colno] = FRAME.exec(line) ?? [];
      if (file === '') return [];
      const filename = placeOf(file);
      const own = { function: name.trim(), filename, lineno: Number(lineno), colno: Number(colno) };
      return [{ ...own, in_app: !/node_modules|^node:/.test(filename) }];
    })
    .slice(0, MAX_FRAMES)
    .toReversed();
}

/** Where a file is in the program: where the program is on the machine names whoever uses it. */
function placeOf(file: string): string {
  if (file.startsWith('node:')) return file;
  const path = file.replaceAll('\\', '/');
  const from = ['/node_modules/', '/out/', '/src/']
    .map((part) => path.lastIndexOf(part))
    .find((at) => at >= 0);
  const place = from === undefined ? path.slice(path.lastIndexOf('/') + 1) : path.slice(from + 1);
  return /^[\w@./-]{1,200}$/.test(place) ? place : 'other';
}

/** `calendar-sync@VERSION`, from the user agent. */
const releaseOf = (userAgent: string): string => (userAgent.split(' ')[0] ?? '').replace('/', '@');

/** One event as an envelope: a header for it all, one for the item, and the item, each a line of JSON. */
function envelope(eventId: string, now: Date, event: object): string {
  const payload = JSON.stringify({ event_id: eventId, timestamp: now.toISOString(), ...event });
  const length = new TextEncoder().encode(payload).length;
  const lines = [
    JSON.stringify({ event_id: eventId, sent_at: now.toISOString() }),
    JSON.stringify({ type: 'event', content_type: 'application/json', length }),
    payload,
  ];
  return `${lines.join('\n')}\n`;
}

function restMs(headers: Headers): number {
  const seconds = Number(headers.get('retry-after') ?? '');
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds * 1_000, 24 * HOUR_MS) : DEFAULT_REST_MS;
}
