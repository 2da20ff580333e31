import type { AppFeeds, AppPorts } from '../app-contract.ts';
import type { Vault } from '../auth/vault.ts';
import type { Enrolment } from '../enrolment.ts';
import type { Feeds } from '../feeds/feeds.ts';
import type { Lines } from '../schedule/lines.ts';
import type { Store } from '../store/store.ts';

/** What the program does with feeds beside what its hosts ask for. */
export interface FeedService extends AppFeeds {
  /** After a sync: publishes what has changed. `unattended`: nobody waits for it. Never rejects. */
  followUp(unattended: boolean): Promise<void>;
  /** Takes down everything that is published, as far as the booking system can be reached. Never rejects. */
  withdrawAll(): Promise<void>;
}

/** Feeds, whose libraries are loaded by the first who has any. */
export function createFeedService(
  ports: AppPorts,
  store: Store,
  vault: Vault,
  enrolment: Enrolment,
  lines: Lines,
): FeedService {
  let loading: Promise<Feeds> | undefined;
  const feeds = (): Promise<Feeds> => {
    loading ??= import('../feeds/feeds.ts').then(
      (room) =>
        new room.Feeds({
          store,
          vault,
          clock: ports.clock,
          random: ports.random,
          log: ports.log,
          booking: () => enrolment.api(),
          bookingUnattended: () => enrolment.api({ fetch: lines.fetch('booking', true) }),
          host: () => enrolment.host(),
          canPublish: async () => (await enrolment.identity()).capabilities.feedHosting,
        }),
    );
    return loading;
  };
  const isUsed = (): boolean => store.feeds.list().length > 0 || store.feeds.withdrawals().length > 0;
  return {
    list: async () => (await feeds()).list(),
    create: async (input) => (await feeds()).create(input),
    rotate: async (id) => (await feeds()).rotate(id),
    disable: async (id) => (await feeds()).disable(id),
    write: async (id, file) => (await feeds()).write(id, file),
    respond: async (request) => (await feeds()).respond(request),
    async followUp(unattended) {
      if (isUsed()) await (await feeds()).followUp(unattended);
    },
    async withdrawAll() {
      if (isUsed()) await (await feeds()).withdrawAll();
    },
  };
}
