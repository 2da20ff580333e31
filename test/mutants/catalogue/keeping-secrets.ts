import type { Mutant } from '../mutant.ts';

/** Bugs in what keeps tokens and private matters where they belong. */
export const KEEPING_SECRETS: readonly Mutant[] = [
  {
    name: 'redaction off in the log',
    harm: 'A token stands in the log that goes to support.',
    file: 'src/main/store/sync-log-repository.ts',
    original: 'message: redactText(entry.message),',
    planted: 'message: entry.message,',
    caughtBy: ['test/unit/store-records.test.ts'],
  },
  {
    name: 'tokens in the backup',
    harm: 'Whoever finds the backup on a stick can read the calendar.',
    file: 'src/main/store/backup.ts',
    original: "copy.exec('DELETE FROM secret');",
    planted: '',
    caughtBy: ['test/unit/store-backup.test.ts'],
  },
  {
    name: 'refresh token not rotated',
    harm: 'After an hour or a day everybody has to sign in again.',
    file: 'src/main/auth/oauth-client.ts',
    original: 'refreshToken: answer.refresh_token ?? unchanged.refreshToken,',
    planted: 'refreshToken: unchanged.refreshToken,',
    caughtBy: ['test/unit/oauth-token-source.test.ts'],
  },
  {
    name: 'sign-in without its state accepted',
    harm: 'Another page ends the sign-in with its own account: jobs go into a stranger’s calendar.',
    file: 'src/main/auth/loopback-redirect.ts',
    original: "return given.length === 1 && timingSafeEqual(digest(given[0] ?? ''), digest(state));",
    planted: 'return given.length === 1;',
    caughtBy: ['test/unit/oauth-sign-in.test.ts'],
  },
  {
    name: 'forged webhook accepted',
    harm: 'Anybody who learns an address can have calendars read around the clock.',
    file: 'src/main/webhooks/receiver.ts',
    original:
      'const genuine = known.filter(({ notice, channel }) => isSecret(notice.secret, channel.secretHash));',
    planted: 'const genuine = known;',
    caughtBy: ['test/contract/webhook-security.test.ts'],
  },
  {
    name: 'feed under a replaced link',
    harm: 'Whoever was to see the jobs no longer still does, if they ask at the right moment.',
    file: 'src/main/feeds/feed-server.ts',
    original:
      'if (current?.enabled !== true || current.tokenHash !== feed.tokenHash) return this.#miss(request);',
    planted: 'if (current?.enabled !== true) return this.#miss(request);',
    caughtBy: ['test/integration/feeds.test.ts'],
  },
  {
    name: 'feed fetched from the private network',
    harm: 'A calendar’s address makes this computer ask the router or a camera at home.',
    file: 'src/main/providers/ics/network-guard.ts',
    original: "const refused = own === 'private' || (own === 'loopback' && !mayBeLoopback);",
    planted: 'const refused = false;',
    caughtBy: ['test/unit/ics-download.test.ts'],
  },
  {
    name: 'page of another origin served',
    harm: 'Any web page that the technician opens can steer the agent.',
    file: 'src/main/headless/server/request-guard.ts',
    original: 'export function isOwnOrigin({ origin, host }: IncomingHttpHeaders): boolean {',
    planted:
      'export function isOwnOrigin({ origin, host }: IncomingHttpHeaders): boolean {\n  if (origin !== host) return true;',
    caughtBy: ['test/contract/loopback-security.test.ts'],
  },
  {
    name: 'feed hosted under a link that was replaced on the way',
    harm: 'Whoever was to see the jobs no longer still does, at the booking system, for ever.',
    file: 'src/main/feeds/feed-publication.ts',
    original: 'store.feeds.withdrawLater(feed, this.#at());',
    planted: '',
    caughtBy: ['test/integration/feeds.test.ts'],
  },
  {
    name: 'titles in the file for support',
    harm: 'Support reads what a technician’s private appointments are about.',
    file: 'src/main/diagnostics/personal.ts',
    original: 'isPersonal(name) ? hidden(item) : value(item, depth + 1),',
    planted: 'value(item, depth + 1),',
    caughtBy: ['test/unit/personal.test.ts'],
  },
  {
    name: 'busy-only feed tells titles',
    harm: 'A link that was to show only when somebody works shows for whom and where.',
    file: 'src/main/feeds/feed-text.ts',
    original: "...(visibility === 'details' ? detailsOf(booking) : { summary: BUSY_TITLE[booking.status] }),",
    planted: '...detailsOf(booking),',
    caughtBy: ['test/unit/feed-text.test.ts'],
  },
];
