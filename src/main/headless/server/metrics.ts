import { Counter, Gauge, Histogram, type LabelValues, Registry } from 'prom-client';
import type { App } from '../../app-contract.ts';
import type { Clock, Fetch } from '../../ports.ts';

const BREAKER_STATES = ['closed', 'half-open', 'open'] as const;

/**
 * What runs and how well, for Prometheus (https://prometheus.io/docs/instrumenting/exposition_formats/). Names of the
 * program's own things only: no address, no title, no person.
 */
export class Metrics {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #registry = new Registry();
  readonly #runs;
  readonly #runSeconds;
  readonly #operations;
  readonly #requestSeconds;
  #app: App | null = null;
  #stops: readonly (() => void)[] = [];
  #lastRunId: string | null = null;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
    const registers = [this.#registry];
    this.#runs = new Counter({
      name: 'calendar_sync_runs_total',
      help: 'Sync runs that came to their end, by result.',
      labelNames: ['result'],
      registers,
    });
    this.#runSeconds = new Histogram({
      name: 'calendar_sync_run_duration_seconds',
      help: 'How long sync runs took.',
      buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
      registers,
    });
    this.#operations = new Counter({
      name: 'calendar_sync_operations_total',
      help: 'What the sync did, tried or decided, by kind and result, as its log says.',
      labelNames: ['operation', 'direction', 'status'],
      registers,
    });
    this.#requestSeconds = new Histogram({
      name: 'calendar_sync_request_duration_seconds',
      help: 'How long requests to other systems took, by host, method and status; status 0 where no answer came.',
      labelNames: ['host', 'method', 'status'],
      buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15],
      registers,
    });
    this.#addGauges(registers);
  }

  /** The same port, watched. */
  watchedFetch(fetch: Fetch): Fetch {
    return async (input, init) => {
      const startedAt = this.#clock.now().getTime();
      const url = input instanceof Request ? input.url : input;
      const method = init?.method ?? (input instanceof Request ? input.method : 'GET');
      const note = (status: number): void => {
        const labels = {
          host: URL.parse(String(url))?.hostname ?? '',
          method: method.toUpperCase(),
          status: String(status),
        };
        this.#requestSeconds.observe(labels, (this.#clock.now().getTime() - startedAt) / 1000);
      };
      try {
        const answer = await fetch(input, init);
        note(answer.status);
        return answer;
      } catch (error) {
        note(0);
        throw error;
      }
    };
  }

  /** Watches an app, in place of the one before. */
  watch(app: App): void {
    this.unwatch();
    this.#app = app;
    this.#lastRunId = app.agent.state().lastRun?.runId ?? null;
    this.#stops = [
      app.agent.onChange(({ lastRun }) => {
        if (lastRun === null || lastRun.runId === this.#lastRunId) return;
        this.#lastRunId = lastRun.runId;
        this.#runs.inc({ result: lastRun.ok ? 'ok' : 'failed' });
        this.#runSeconds.observe((Date.parse(lastRun.finishedAt) - Date.parse(lastRun.startedAt)) / 1000);
      }),
      app.onLogged((_id, { operation, direction, status }) => {
        this.#operations.inc({ operation, direction: direction ?? 'none', status });
      }),
    ];
  }

  unwatch(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
    this.#app = null;
  }

  async exposition(): Promise<{ readonly type: string; readonly text: string }> {
    return { type: this.#registry.contentType, text: await this.#registry.metrics() };
  }

  #addGauges(registers: Registry[]): void {
    const gauge = (name: string, help: string, read: (app: App) => number | null): void => {
      const app = (): App | null => this.#app;
      new Gauge({
        name,
        help,
        registers,
        collect() {
          const running = app();
          const value = running === null ? null : read(running);
          if (value === null) this.reset();
          else this.set(value);
        },
      });
    };
    const seconds = (instant: string | null): number | null =>
      instant === null ? null : Date.parse(instant) / 1000;
    gauge(
      'calendar_sync_queue_depth',
      'Operations that were planned or sent and are not settled.',
      (app) => app.measures().queueDepth,
    );
    gauge('calendar_sync_conflicts', 'Conflicts that wait for a decision.', (app) => app.status().conflicts);
    gauge('calendar_sync_holds', 'Held deletions that wait for a decision.', (app) => app.status().holds);
    gauge('calendar_sync_failed_runs', 'Runs in a row that failed.', (app) => app.agent.state().failures);
    gauge('calendar_sync_next_run_timestamp_seconds', 'When the next run is due.', (app) =>
      seconds(app.agent.state().nextRunAt),
    );
    gauge('calendar_sync_last_run_timestamp_seconds', 'When the last run ended.', (app) =>
      seconds(app.agent.state().lastRun?.finishedAt ?? null),
    );
    gauge('process_resident_memory_bytes', 'Resident memory size in bytes.', () => process.memoryUsage.rss());
    new Counter({
      name: 'process_cpu_seconds_total',
      help: 'Processor time spent, user and system.',
      registers,
      collect() {
        const { user, system } = process.cpuUsage();
        this.reset();
        this.inc((user + system) / 1_000_000);
      },
    });
    this.#addAccountGauges(registers);
    this.#addNetworkGauges(registers);
  }

  /** A gauge whose values are read when they are asked for. */
  #addReadings<Label extends string>(
    registers: Registry[],
    name: string,
    help: string,
    labelNames: readonly Label[],
    read: (app: App) => readonly { readonly labels: Record<Label, string>; readonly value: number }[],
  ): void {
    const readings = () => (this.#app === null ? [] : read(this.#app));
    new Gauge({
      name,
      help,
      labelNames: [...labelNames],
      registers,
      collect() {
        this.reset();
        for (const { labels, value } of readings()) this.set(labels as LabelValues<Label>, value);
      },
    });
  }

  #addNetworkGauges(registers: Registry[]): void {
    this.#addReadings(
      registers,
      'calendar_sync_retry_queue_depth',
      'Writes that failed: those that are due again, and those that were given up.',
      ['state'],
      (app) => {
        const { waiting, givenUp } = app.measures().retries;
        return [
          { labels: { state: 'waiting' }, value: waiting },
          { labels: { state: 'given-up' }, value: givenUp },
        ];
      },
    );
    this.#addReadings(
      registers,
      'calendar_sync_circuit_breaker_state',
      '1 for the state that the circuit breaker of a service is in: closed, half-open or open.',
      ['service', 'host', 'state'],
      (app) =>
        app.measures().lines.flatMap(({ service, host, breaker }) =>
          BREAKER_STATES.map((state) => ({
            labels: { service, host, state },
            value: state === breaker ? 1 : 0,
          })),
        ),
    );
    this.#addReadings(
      registers,
      'calendar_sync_service_paused',
      '1 while a service is left alone because it asked for that (Retry-After).',
      ['service', 'host'],
      (app) =>
        app.measures().lines.map(({ service, host, paused }) => ({
          labels: { service, host },
          value: paused ? 1 : 0,
        })),
    );
    const channelGauge = (name: string, help: string, at: 'renewAt' | 'expiresAt'): void =>
      this.#addReadings(registers, name, help, ['account', 'channel'], (app) =>
        app.measures().channels.map((channel) => ({
          labels: { account: channel.accountId, channel: channel.id },
          value: Date.parse(channel[at]) / 1000,
        })),
      );
    channelGauge(
      'calendar_sync_channel_expiry_timestamp_seconds',
      'Until when a calendar tells of its changes itself.',
      'expiresAt',
    );
    channelGauge(
      'calendar_sync_channel_renewal_timestamp_seconds',
      'When a channel is to be renewed.',
      'renewAt',
    );
    this.#addReadings(
      registers,
      'calendar_sync_token_age_seconds',
      'How long ago the access token of an account was renewed.',
      ['account'],
      (app) =>
        [...app.measures().tokensRenewedAt].map(([account, at]) => ({
          labels: { account },
          value: Math.max(0, (this.#clock.now().getTime() - Date.parse(at)) / 1000),
        })),
    );
  }

  #addAccountGauges(registers: Registry[]): void {
    const accounts = (): ReturnType<App['accounts']> => this.#app?.accounts() ?? [];
    new Gauge({
      name: 'calendar_sync_token_expiry_timestamp_seconds',
      help: 'Until when the access token of an account is good.',
      labelNames: ['account', 'provider'],
      registers,
      collect() {
        this.reset();
        for (const { id, provider, tokenExpiresAt } of accounts()) {
          if (tokenExpiresAt !== null) this.set({ account: id, provider }, Date.parse(tokenExpiresAt) / 1000);
        }
      },
    });
    new Gauge({
      name: 'calendar_sync_account_state',
      help: '1 for the state that an account is in.',
      labelNames: ['account', 'provider', 'state'],
      registers,
      collect() {
        this.reset();
        for (const { id, provider, state } of accounts()) this.set({ account: id, provider, state }, 1);
      },
    });
  }
}
