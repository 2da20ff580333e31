import { describe, expect, it } from 'vitest';
import { ErrorReports } from '../../src/main/diagnostics/error-reports.ts';
import { seededRandom } from '../../src/sandbox/seeded-random.ts';
import { AppError } from '../../src/shared/rpc/errors.ts';
import { parseDsn } from '../../src/shared/sentry-dsn.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const HOUR = 3_600_000;
const DSN = 'https://0123456789abcdef@errors.example.test/sentry/42';
/** What must never leave. */
const CANARIES = [
  'Dentist',
  'tess@example.com',
  '12 Mill Lane',
  'ya29.CANARYTOKEN',
  '/home/tess',
  'Tess Technician',
];

interface Sent {
  readonly url: string;
  readonly headers: Headers;
  readonly body: string;
}

function setUp({ dsn = DSN as string | null, answers = [] as Response[] } = {}) {
  const clock = new VirtualClock();
  const sent: Sent[] = [];
  const logged: string[] = [];
  const reports = new ErrorReports({
    clock,
    random: seededRandom(3),
    fetch: async (input, init) => {
      const request = new Request(input, init);
      sent.push({ url: request.url, headers: request.headers, body: await request.text() });
      const answer = answers.shift() ?? new Response('{"id":"1"}');
      if (answer.type === 'error') throw new TypeError('No network');
      return answer;
    },
    log: (level, scope, message) => logged.push(`${level} ${scope} ${message}`),
    dsn: async () => dsn,
    userAgent: 'calendar-sync/1.2.3 (headless; linux)',
  });
  return { clock, sent, logged, reports };
}

/** An error as a library throws it, which quotes whatever it was about. */
function telling(name = 'TypeError'): Error {
  const error = new Error(
    `Cannot read “${CANARIES[0]}”\n    at ${CANARIES[1]} (${CANARIES[4]}/x:1:2)\n${CANARIES.join('\n')}`,
  );
  error.name = name;
  error.stack = `${name}: ${error.message}\n    at planBooking (file:///home/tess/calendar-sync/out/headless/app.js:12:34)\n    at async run (/home/tess/app/node_modules/lib/index.js:5:6)\n    at node:internal/process/task_queues:103:5`;
  return error;
}

describe('a report of an unexpected error', () => {
  it('is an envelope as Sentry takes it, to the project that the DSN names', async () => {
    const { sent, reports } = setUp();
    await reports.report('schedule', new AppError('INTERNAL', CANARIES.join(), { cause: telling() }));
    const [envelope] = sent;
    expect(envelope?.url).toBe('https://errors.example.test/sentry/api/42/envelope/');
    expect(envelope?.headers.get('x-sentry-auth')).toBe(
      'Sentry sentry_version=7, sentry_client=calendar-sync/1.2.3, sentry_key=0123456789abcdef',
    );
    const [header = '', item = '', payload = '', rest] = envelope?.body.split('\n') ?? [];
    expect(rest).toBe('');
    expect(JSON.parse(item)).toEqual({
      type: 'event',
      content_type: 'application/json',
      length: Buffer.byteLength(payload),
    });
    expect(JSON.parse(payload)).toMatchObject({
      event_id: JSON.parse(header).event_id,
      level: 'error',
      logger: 'schedule',
      release: 'calendar-sync@1.2.3',
      exception: {
        values: [
          {
            type: 'TypeError',
            stacktrace: {
              frames: [
                { filename: 'node:internal/process/task_queues', in_app: false },
                { function: 'run', filename: 'node_modules/lib/index.js', in_app: false },
                { function: 'planBooking', filename: 'out/headless/app.js', lineno: 12, in_app: true },
              ],
            },
          },
          { type: 'AppError', value: 'INTERNAL' },
        ],
      },
    });
    expect(JSON.parse(header).event_id).toMatch(/^[0-9a-f]{32}$/);
  });

  it('carries nothing that anybody wrote: no title, place, address, token or path', async () => {
    const { sent, reports, clock } = setUp();
    for (const [index, canary] of CANARIES.entries()) {
      const error = Object.assign(telling(index === 0 ? canary : `${canary} Error`), {
        code: canary,
        detail: canary,
      });
      await reports.report(`${canary} ${index}`, error);
      clock.advance(HOUR);
      await reports.report('sync', new AppError('INTERNAL', canary, { detail: canary, cause: canary }));
    }
    reports.log('error', 'sync', CANARIES.join(), { error: telling(), title: CANARIES[0], url: CANARIES[1] });
    expect(sent.length).toBeGreaterThan(2);
    for (const { url, body, headers } of sent) {
      const said = `${url} ${body} ${JSON.stringify([...headers])}`;
      for (const canary of CANARIES) expect(said).not.toContain(canary);
      expect(said).not.toMatch(/home|tess|CANARY/i);
    }
  });

  it('is made of what is logged as an error, and of nothing else', async () => {
    const { sent, reports, logged, clock } = setUp();
    reports.log('warn', 'sync', 'The calendar did not answer', { error: telling() });
    reports.log('error', 'schedule', 'A run failed', { error: telling() });
    await clock.sleep(1);
    expect(sent).toHaveLength(1);
    expect(logged.slice(0, 2)).toEqual([
      'warn sync The calendar did not answer',
      'error schedule A run failed',
    ]);
  });

  it('is made once an hour for the same fault', async () => {
    const { sent, reports, clock } = setUp();
    for (let time = 0; time < 3; time += 1) await reports.report('sync', telling());
    expect(sent).toHaveLength(1);
    clock.advance(HOUR);
    await reports.report('sync', telling());
    expect(sent).toHaveLength(2);
    for (let part = 0; part < 50; part += 1) await reports.report(`part${part}`, telling());
    expect(sent.length).toBeLessThanOrEqual(11);
  });

  it('is not made where nobody asked for it', async () => {
    const { sent, reports } = setUp({ dsn: null });
    await reports.report('sync', telling());
    expect(sent).toEqual([]);
  });

  it('leaves a server alone that asks for it', async () => {
    const { sent, reports, clock } = setUp({
      answers: [new Response('', { status: 429, headers: { 'retry-after': '120' } })],
    });
    await reports.report('one', telling());
    await reports.report('two', telling());
    expect(sent).toHaveLength(1);
    clock.advance(121_000);
    await reports.report('two', telling());
    expect(sent).toHaveLength(2);
  });

  it('that cannot be made harms nothing, and is no error itself', async () => {
    const { sent, reports, logged, clock } = setUp({ answers: [Response.error()] });
    reports.log('error', 'schedule', 'A run failed', { error: telling() });
    await clock.sleep(1);
    expect(sent).toHaveLength(1);
    expect(logged).toEqual(['error schedule A run failed', 'debug errors An error could not be reported']);
  });
});

describe('a DSN', () => {
  it.each([
    ['https://key@o1.ingest.example/7', 'https://o1.ingest.example/api/7/envelope/'],
    ['https://key@host.example:9000/deep/path/7', 'https://host.example:9000/deep/path/api/7/envelope/'],
  ])('%s leads to %s', (dsn, endpoint) => {
    expect(parseDsn(dsn)).toEqual({ endpoint, publicKey: 'key' });
  });

  it.each([
    '',
    'nonsense',
    'https://host.example/7',
    'https://key@host.example/',
    'ftp://key@host.example/7',
  ])('“%s” is none', (dsn) => {
    expect(parseDsn(dsn)).toBeNull();
  });
});
