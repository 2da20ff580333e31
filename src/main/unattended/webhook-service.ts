import type { Account } from '../../shared/domain/account.ts';
import type { RelayedWebhook } from '../../shared/domain/push-event.ts';
import type { SyncResult } from '../../shared/domain/sync-result.ts';
import { type AppError, toAppError } from '../../shared/rpc/errors.ts';
import type { Connections } from '../accounts/connections.ts';
import type { AppPorts, AppWebhooks } from '../app-contract.ts';
import type { Vault } from '../auth/vault.ts';
import { parseEndpoint } from '../endpoint.ts';
import type { Enrolment } from '../enrolment.ts';
import type { Lines } from '../schedule/lines.ts';
import type { Store } from '../store/store.ts';
import { ChannelKeeper } from '../webhooks/channel-keeper.ts';
import type { NotifyingProvider, Posted } from '../webhooks/notification.ts';
import { Receiver } from '../webhooks/receiver.ts';
import { Relays } from '../webhooks/relays.ts';
import { ENTRY } from './upkeep-log.ts';

/** It does not relay, rather than being in trouble. */
const isRefusal = ({ code, detail }: AppError): boolean =>
  code === 'NOT_FOUND' || code === 'PERMISSION_DENIED' || detail === 'not_supported' || detail === 'HTTP 501';

/** Calendars that tell of their changes themselves. */
export interface WebhookService extends AppWebhooks {
  /** From now on somebody is there to hear of changes. `onChanged`: a calendar is to be read. */
  start(onChanged: () => void): void;
  stop(): void;
  /** A run begins: what has been told by now it will see. */
  runBegins(): void;
  /** Before an account is read: sees to its channels, if somebody is there to hear. Never rejects. */
  keep(account: Account): Promise<void>;
  /** After each run: what it has read need not be read for what was told before, and what it wrote is told of too. */
  noteRun(result: SyncResult): void;
  /** What came by the booking system's relay. */
  relayed(webhook: RelayedWebhook): void;
  /** Closes what an account is told by, as far as it can be reached. Never rejects. */
  closeAll(account: Account): Promise<void>;
  /** This device is another one to the booking system: relays of before tell it nothing. */
  reenrolled(): void;
}

/** Names the public address under which an administrator lets this agent's `/webhooks/…` be reached. */
const DIRECT_URL = 'CALENDAR_SYNC_WEBHOOK_URL';
const PATHS: Readonly<Record<NotifyingProvider, string>> = {
  google: '/webhooks/google/calendar',
  microsoft: '/webhooks/microsoft/calendar',
};

const DAY_MS = 86_400_000;
const switchedOff = (provider: NotifyingProvider): string => `relay-off:${provider}`;

const NOTIFYING: readonly NotifyingProvider[] = ['google', 'microsoft'];
const isNotifying = (provider: string): provider is NotifyingProvider =>
  NOTIFYING.some((name) => name === provider);

/** Keeps channels open while the agent runs, and hands on what arrives by them. */
export function createWebhookService(
  ports: AppPorts,
  store: Store,
  vault: Vault,
  enrolment: Enrolment,
  connections: Connections,
  lines: Lines,
): WebhookService {
  const { clock, random, log } = ports;
  let onChanged: (() => void) | null = null;
  // Nobody waits for it: it keeps to the pauses that services ask for.
  const out = (service: string) => ({ fetch: lines.fetch(service, true) });
  const relays = new Relays({
    store,
    vault,
    clock,
    random,
    booking: () => enrolment.api(out('booking')),
    host: () => enrolment.host(),
  });
  const receiver = new Receiver({ store, clock, log, onChanged: () => onChanged?.() });
  const keeper = new ChannelKeeper({
    store,
    clock,
    random,
    log,
    notifications: async (account) =>
      (await connections.connect(account, undefined, out)).provider.notifications ?? null,
    callbackUrl,
  });

  async function callbackUrl(provider: NotifyingProvider): Promise<string | null> {
    const direct = ports.environment[DIRECT_URL];
    if (direct) return `${parseEndpoint(DIRECT_URL, direct).href.replace(/\/+$/, '')}${PATHS[provider]}`;
    const { capabilities } = await enrolment.identity(out('booking'));
    if (!capabilities.events || !capabilities.webhookRelay) {
      await closeRelay(provider);
      return null;
    }
    if (isSwitchedOff(provider)) return null;
    try {
      const url = await relays.callbackUrl(provider);
      store.meta.delete(switchedOff(provider));
      return url;
    } catch (thrown) {
      const error = toAppError(thrown);
      if (!isRefusal(error)) throw thrown;
      noteSwitchedOff(provider, error);
      return null;
    }
  }

  async function closeRelay(provider: NotifyingProvider): Promise<void> {
    await relays.close(provider).catch((error: unknown) => {
      log('info', 'webhooks', 'A relay could not be closed', { provider, error: String(error) });
    });
  }

  /** It relays no longer, whatever it said it could do: it is asked again after a day. */
  function isSwitchedOff(provider: NotifyingProvider): boolean {
    const passed = clock.now().getTime() - Date.parse(store.meta.get(switchedOff(provider)) ?? '');
    return passed >= 0 && passed < DAY_MS;
  }

  function noteSwitchedOff(provider: NotifyingProvider, error: AppError): void {
    const isNews = store.meta.get(switchedOff(provider)) === null;
    store.meta.set(switchedOff(provider), clock.now().toISOString());
    if (!isNews) return;
    const message = 'The booking system relays no notifications any more: calendars are read by the timer.';
    log('warn', 'webhooks', message, { provider, code: error.code });
    store.syncLog.append({
      ...ENTRY,
      at: clock.now().toISOString(),
      provider,
      operation: 'push',
      status: 'error',
      message,
      code: error.code,
    });
  }

  const isUsedByOthers = ({ id, provider }: Account): boolean =>
    store.accounts.list().some((other) => other.provider === provider && other.id !== id);

  return {
    start(listener) {
      onChanged = listener;
    },
    stop() {
      onChanged = null;
    },
    runBegins: () => receiver.runBegins(),
    async keep(account) {
      if (onChanged !== null && enrolment.isEnrolled()) await keeper.keep(account);
    },
    noteRun({ dryRun, accounts }) {
      if (dryRun) return;
      for (const { accountId, error, mappings } of accounts) {
        if (error !== null) continue;
        for (const { calendarId } of mappings) receiver.runHasRead(accountId, calendarId);
      }
    },
    relayed({ relayId, provider, headers, body }) {
      if (!isNotifying(provider) || !relays.isOwn(relayId, provider)) {
        log('warn', 'webhooks', 'A notification for a relay that is not ours', { relayId, provider });
        return;
      }
      receiver.receive({ provider, headers, body });
    },
    receive: (posted: Posted) => receiver.receive(posted),
    async closeAll(account) {
      await keeper.closeAll(account);
      const { provider } = account;
      if (!isNotifying(provider) || isUsedByOthers(account)) return;
      await closeRelay(provider);
    },
    reenrolled() {
      for (const provider of NOTIFYING) relays.forget(provider);
    },
  };
}
