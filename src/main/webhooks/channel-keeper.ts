import { Buffer } from 'node:buffer';
import type { Account } from '../../shared/domain/account.ts';
import type { Clock, Log, Random } from '../ports.ts';
import type { CalendarNotifications } from '../providers/provider.ts';
import type { Channel } from '../store/channel-repository.ts';
import type { Store } from '../store/store.ts';
import { type NotifyingProvider, secretHash } from './notification.ts';

export interface ChannelKeeperPorts {
  readonly store: Pick<Store, 'mappings' | 'channels'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** What an account can be told by; null where its provider tells nothing. */
  readonly notifications: (account: Account) => Promise<CalendarNotifications | null>;
  /** Where that provider's notifications come in; null where they cannot. */
  readonly callbackUrl: (provider: NotifyingProvider) => Promise<string | null>;
}

const HOUR_MS = 3_600_000;
/** Asked for; what the provider grants counts. 4,230 minutes is the most that Graph takes. */
const LIFE_MS = 4_200 * 60_000;
/** Long enough before its end for a night, but never before half of its life has passed. */
const RENEW_BEFORE_MS = 24 * HOUR_MS;
/** After an attempt that failed; what is not told meanwhile the timer finds. */
const AGAIN_MS = 15 * 60_000;
const SECRET_BYTES = 32;

const NOTIFYING: ReadonlySet<string> = new Set(['google', 'microsoft']);

/** Sees to it that every calendar that is kept in step tells of its changes. */
export class ChannelKeeper {
  readonly #ports: ChannelKeeperPorts;
  /** When to try again, by calendar. */
  readonly #failed = new Map<string, number>();

  constructor(ports: ChannelKeeperPorts) {
    this.#ports = ports;
  }

  /** Opens what an account is missing, renews what is about to end, closes what nobody needs. Never rejects. */
  async keep(account: Account): Promise<void> {
    const { mappings, channels } = this.#ports.store;
    const now = this.#ports.clock.now().getTime();
    if (!NOTIFYING.has(account.provider) || account.state === 'needs-sign-in' || account.state === 'paused')
      return;
    const enabled = mappings.listByAccount(account.id).filter(({ enabled }) => enabled);
    const wanted = new Set(enabled.map(({ calendarId }) => calendarId));
    const own = channels.list().filter(({ accountId }) => accountId === account.id);
    for (const channel of own) {
      if (Date.parse(channel.expiresAt) <= now || channel.remoteId === null) channels.remove(channel.id);
      else if (!wanted.has(channel.calendarId)) await this.#close(account, channel);
    }
    for (const calendarId of wanted) {
      const live = own.filter(
        (channel) => channel.calendarId === calendarId && channels.get(channel.id) !== null,
      );
      await this.#keepOne(account, calendarId, live);
    }
  }

  /** Closes every channel of an account, as far as the provider can be reached. Never rejects. */
  async closeAll(account: Account): Promise<void> {
    for (const channel of this.#ports.store.channels.list()) {
      if (channel.accountId === account.id) await this.#close(account, channel);
    }
  }

  async #keepOne(account: Account, calendarId: string, live: readonly Channel[]): Promise<void> {
    const { clock, log, callbackUrl, notifications } = this.#ports;
    const now = clock.now().getTime();
    const calendar = JSON.stringify([account.id, calendarId]);
    if (now < (this.#failed.get(calendar) ?? now)) return;
    try {
      const url = await callbackUrl(account.provider as NotifyingProvider);
      if (url === null) {
        for (const channel of live) await this.#close(account, channel);
        return;
      }
      const usable = live.filter(({ callbackHash }) => callbackHash === secretHash(url));
      if (usable.some(({ renewAt }) => Date.parse(renewAt) > now)) return;
      const service = await notifications(account);
      if (service === null) return;
      if (await this.#renewed(service, usable)) return;
      await this.#open(service, account, calendarId, url);
      // Only now: what changes in between is told twice rather than never.
      for (const channel of live) await this.#close(account, channel);
      this.#failed.delete(calendar);
    } catch (error) {
      this.#failed.set(calendar, now + AGAIN_MS);
      log('warn', 'webhooks', 'A calendar cannot tell of its changes for now', {
        accountId: account.id,
        error: String(error),
      });
    }
  }

  async #renewed(service: CalendarNotifications, usable: readonly Channel[]): Promise<boolean> {
    const { clock, store } = this.#ports;
    for (const { id, remoteId } of usable) {
      const until = new Date(clock.now().getTime() + LIFE_MS).toISOString();
      const expiresAt = remoteId === null ? null : await service.renew({ id, remoteId }, until);
      if (expiresAt === null) continue;
      store.channels.update(id, this.#life(expiresAt));
      return true;
    }
    return false;
  }

  async #open(
    service: CalendarNotifications,
    account: Account,
    calendarId: string,
    url: string,
  ): Promise<void> {
    const { clock, random, store } = this.#ports;
    const id = random.uuid();
    const secret = Buffer.from(random.bytes(SECRET_BYTES)).toString('base64url');
    const until = new Date(clock.now().getTime() + LIFE_MS).toISOString();
    // Known before the provider is asked, since its first message may be here before its answer.
    store.channels.put({
      id,
      accountId: account.id,
      calendarId,
      remoteId: null,
      secretHash: secretHash(secret),
      callbackHash: secretHash(url),
      renewAt: until,
      expiresAt: until,
      lastMessage: 0,
    });
    try {
      const opened = await service.watch(calendarId, { id, secret, callbackUrl: url, expiresAt: until });
      store.channels.update(id, { remoteId: opened.remoteId, ...this.#life(opened.expiresAt) });
    } catch (error) {
      store.channels.remove(id);
      throw error;
    }
  }

  /** When a channel that ends then is to be renewed. */
  #life(expiresAt: string): { readonly renewAt: string; readonly expiresAt: string } {
    const left = Date.parse(expiresAt) - this.#ports.clock.now().getTime();
    const before = Math.min(RENEW_BEFORE_MS, left / 2);
    return { renewAt: new Date(Date.parse(expiresAt) - before).toISOString(), expiresAt };
  }

  async #close(account: Account, { id, remoteId }: Channel): Promise<void> {
    // Nothing that comes by it counts any more, whether the provider hears of that or not.
    this.#ports.store.channels.remove(id);
    if (remoteId === null) return;
    try {
      await (await this.#ports.notifications(account))?.unwatch({ id, remoteId });
    } catch (error) {
      this.#ports.log('info', 'webhooks', 'A channel could not be closed; it ends by itself', {
        accountId: account.id,
        error: String(error),
      });
    }
  }
}
