import { DISPATCH } from './dispatch.ts';
import type { Findings } from './findings.ts';
import { MACHINE, NETWORK } from './machine.ts';
import { OFFICE } from './office.ts';
import { TECHNICIAN_DEEDS } from './technician.ts';

const deeds = (actor: string, of: object): readonly string[] =>
  Object.keys(of).map((name) => `deed: ${actor} ${name}`);

/** The two-way table of the design, and what is new on a side. */
const CELLS = [
  ...['same', 'edited', 'gone'].flatMap((booking) =>
    ['edited', 'deleted'].map((calendar) => `cell: booking ${booking}, event ${calendar}`),
  ),
  'cell: booking edited, event same',
  'cell: booking gone, event same',
  'cell: booking new',
  'cell: event new, foreign',
  'cell: event new, ours by its tag',
] as const;

const FAULTS = [
  'fault: killed before a request',
  'fault: killed after a request',
  'fault: twice',
  'fault: an item twice',
  'fault: a page in another order',
  'fault: a page comes again',
  'fault: notifications come again',
  'fault: booking down',
  ...['booking', 'google', 'microsoft', 'caldav'].flatMap((service) =>
    ['drop-before', 'drop-after', 'truncate', '401', '403', '410', '412', '429', '503', '503-after'].map(
      (fault) => `fault: ${fault} at ${service}`,
    ),
  ),
  'fault: 409 at booking',
];

const STATES = [
  'state: a sync after the process was killed',
  'state: a sync after an older database was put back',
  'state: a sync after the database was lost',
  'state: a sync after a reset',
  'state: deletions were held',
];

/** All that a simulation is to meet, or it proves nothing. */
const WANTED: readonly string[] = [
  ...CELLS,
  ...FAULTS,
  ...STATES,
  ...deeds('dispatch', DISPATCH),
  ...deeds('technician', TECHNICIAN_DEEDS),
  ...deeds('office', OFFICE),
  ...deeds('machine', MACHINE),
  ...deeds('network', NETWORK),
];

/** What was not met by any of these simulations. */
export const notMet = (all: readonly Findings[]): readonly string[] =>
  WANTED.filter((what) => !all.some((findings) => findings.met().has(what)));
