/** The sandbox in a process of its own, so that its work is not counted as the client's. */
import { createSandbox } from '../../src/sandbox/sandbox.ts';
import { seededRandom } from '../../src/sandbox/seeded-random.ts';
import { CALENDARS, fillCompany, TECHNICIAN } from './company.ts';
import { clock } from './ports.ts';
import { type ServerAnswer, ServerRequest } from './server-messages.ts';

const SEED = 7;

// Drawn from anew with each filling, so that the same exchanges get the same tokens and ids every time.
let random = seededRandom(SEED);
const sandbox = createSandbox({
  clock,
  random: {
    uuid: () => random.uuid(),
    bytes: (length) => random.bytes(length),
    unit: () => random.unit(),
  },
});

function tell(answer: ServerAnswer): void {
  process.send?.(answer);
}

function serve(request: ServerRequest): void {
  if (request.kind === 'fill') {
    random = seededRandom(SEED);
    sandbox.reset();
    fillCompany(sandbox, request, clock.now());
    tell({ kind: 'filled' });
    return;
  }
  const events = sandbox.google.events(CALENDARS.google);
  const exported = events.filter((event) => event.extendedProperties?.private?.calendarSyncBooking);
  const blocks = sandbox.booking.blocks.all(TECHNICIAN).length;
  tell({ kind: 'arrived', arrived: { blocks, exportedEvents: exported.length } });
}

process.on('message', (message) => serve(ServerRequest.parse(message)));
process.on('disconnect', () => process.exit());
await sandbox.listen();
tell({ kind: 'listening', env: sandbox.env(), bookingUrl: sandbox.urls().booking });
