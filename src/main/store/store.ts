import { AccountRepository } from './account-repository.ts';
import { BookingPicture } from './booking-picture.ts';
import { CalendarPicture } from './calendar-picture.ts';
import { ChannelRepository } from './channel-repository.ts';
import { ConflictRepository } from './conflict-repository.ts';
import { type Database, inTransaction } from './connection.ts';
import { DiscrepancyRepository } from './discrepancy-repository.ts';
import { FeedBookings } from './feed-bookings.ts';
import { FeedRepository } from './feed-repository.ts';
import { HealthRepository } from './health-repository.ts';
import { HoldRepository } from './hold-repository.ts';
import { JournalRepository } from './journal-repository.ts';
import { LinkRepository } from './link-repository.ts';
import { MappingRepository } from './mapping-repository.ts';
import { MetaRepository } from './meta-repository.ts';
import { RetryRepository } from './retry-repository.ts';
import { RunRepository } from './run-repository.ts';
import { SyncLogRepository } from './sync-log-repository.ts';
import { TouchedRepository } from './touched-repository.ts';

/** Every table behind its repository, over one connection. */
export interface Store {
  readonly db: Database;
  readonly accounts: AccountRepository;
  readonly mappings: MappingRepository;
  readonly calendars: CalendarPicture;
  readonly bookings: BookingPicture;
  readonly links: LinkRepository;
  readonly touched: TouchedRepository;
  readonly journal: JournalRepository;
  readonly retries: RetryRepository;
  readonly health: HealthRepository;
  readonly channels: ChannelRepository;
  readonly conflicts: ConflictRepository;
  readonly discrepancies: DiscrepancyRepository;
  readonly holds: HoldRepository;
  readonly feeds: FeedRepository;
  readonly feedBookings: FeedBookings;
  readonly syncLog: SyncLogRepository;
  readonly runs: RunRepository;
  readonly meta: MetaRepository;
  /** Runs `work` in one transaction; nested calls join it. */
  transaction<T>(work: () => T): T;
}

/** One repository for each thing over a database that is open. */
export function createStore(db: Database): Store {
  return {
    db,
    accounts: new AccountRepository(db),
    mappings: new MappingRepository(db),
    calendars: new CalendarPicture(db),
    bookings: new BookingPicture(db),
    links: new LinkRepository(db),
    touched: new TouchedRepository(db),
    journal: new JournalRepository(db),
    retries: new RetryRepository(db),
    health: new HealthRepository(db),
    channels: new ChannelRepository(db),
    conflicts: new ConflictRepository(db),
    discrepancies: new DiscrepancyRepository(db),
    holds: new HoldRepository(db),
    feeds: new FeedRepository(db),
    feedBookings: new FeedBookings(db),
    syncLog: new SyncLogRepository(db),
    runs: new RunRepository(db),
    meta: new MetaRepository(db),
    transaction: (work) => inTransaction(db, work),
  };
}
