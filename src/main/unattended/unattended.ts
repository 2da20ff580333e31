import { DEFAULT_SETTINGS } from '../../shared/domain/settings.ts';
import type { SyncResult } from '../../shared/domain/sync-result.ts';
import type { AppPorts } from '../app-contract.ts';
import { decisionDueAfter } from '../engine/revocable-decisions.ts';
import type { SyncOptions } from '../engine/sync-run.ts';
import type { Enrolment } from '../enrolment.ts';
import type { Lines } from '../schedule/lines.ts';
import type { SettingsStore } from '../settings/settings.ts';
import type { Store } from '../store/store.ts';
import { createAgent, type OwnAgent } from './agent.ts';
import type { WebhookService } from './webhook-service.ts';

const PAUSE = 'agent.paused-until';
const MINUTE_MS = 60_000;

/** Puts together what runs without anybody asking. `run` is one sync run of the program. */
export function unattended(
  ports: AppPorts,
  store: Store,
  enrolment: Enrolment,
  webhooks: WebhookService,
  run: (options: SyncOptions) => Promise<SyncResult>,
  upkeep: () => Promise<void>,
  lines: Lines,
): OwnAgent {
  const { clock, random, log, power, fetch } = ports;
  let settings: SettingsStore | null = null;
  const agent = createAgent({
    clock,
    random,
    log,
    power,
    run: (options, attended) => run({ ...options, unattended: !attended }),
    upkeep,
    network: lines,
    prepare: async (onChange) => {
      settings = await ports.settings();
      return settings.onChange(onChange);
    },
    retryAfter: (instant) => earlier(store.retries.nextAfter(instant), decisionDueAfter(store, instant)),
    lastRun: () => (store.runs.last()?.result ?? null) as SyncResult | null,
    isReady: () => enrolment.isEnrolled() && store.accounts.list().length > 0,
    intervalMs: () => (settings?.values() ?? DEFAULT_SETTINGS).intervalMinutes * MINUTE_MS,
    isKnown: ({ id, version }) => store.bookings.get(id)?.version === version,
    listen: async (to) => {
      const { EventStream } = await import('../booking/event-stream.ts');
      webhooks.start(() => agent.noticed());
      return new EventStream({
        ...to,
        clock,
        random,
        log,
        fetch,
        source: () => enrolment.eventSource({ fetch: lines.fetch('booking', true) }),
        onWebhook: (webhook) => webhooks.relayed(webhook),
      });
    },
    pause: {
      get: () => store.meta.get(PAUSE),
      set: (until) => (until === null ? store.meta.delete(PAUSE) : store.meta.set(PAUSE, until)),
    },
  });
  return {
    ...agent,
    async stop() {
      webhooks.stop();
      await agent.stop();
    },
  };
}

function earlier(one: Date | null, other: Date | null): Date | null {
  if (one === null || other === null) return one ?? other;
  return one < other ? one : other;
}
