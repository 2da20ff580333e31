import type { Mutant } from '../mutant.ts';

/** Bugs in what is sent, sent again, and remembered of it. */
export const WRITING: readonly Mutant[] = [
  {
    name: 'missing incarnation',
    harm: 'A deleted event’s id stays taken: the job can never be put back into the calendar.',
    file: 'src/main/providers/google/event-id.ts',
    original: 'const name = [subject, calendarId, bookingId, incarnation].join(UNIT_SEPARATOR);',
    planted: 'const name = [subject, calendarId, bookingId].join(UNIT_SEPARATOR);',
    caughtBy: ['test/integration/two-way-table.test.ts'],
  },
  {
    name: 'base not updated after a provider rewrote the event',
    harm: 'Exchange turns notes into HTML; that would be taken for the technician’s edit, and put back for ever.',
    file: 'src/main/engine/settle-event.ts',
    original: 'shown: fingerprint(event),',
    planted: 'shown: intent.sent,',
    caughtBy: ['test/integration/sync-rewritten.test.ts'],
  },
  {
    name: 'retry with a fresh id',
    harm: 'Sent again, by this computer or by another, a create makes a second event of the job.',
    file: 'src/main/providers/google/event-id.ts',
    original: '[subject, calendarId, bookingId, incarnation].join',
    planted: '[subject, calendarId, bookingId, incarnation, Math.random()].join',
    caughtBy: ['test/integration/sync-faults.test.ts'],
  },
  {
    name: 'not probed after a crash',
    harm: 'A deletion that never arrived is taken for done: a cancelled job stays in the calendar.',
    file: 'src/main/engine/recover.ts',
    original: 'const lookup = await provider.get(context.mapping.calendarId, entry.target_id);',
    planted: 'const lookup = await provider.get(context.mapping.calendarId, run.runId);',
    caughtBy: ['test/integration/sync-kill-resend.test.ts'],
  },
  {
    name: 'batch sent again under a fresh key',
    harm: 'The booking system cannot know that it has done this before.',
    file: 'src/main/engine/execute-blocks.ts',
    original: '(run, account, context, batch, key,',
    planted: '(run, account, context, batch, run.random.uuid(),',
    caughtBy: ['test/integration/sync-kill-resend.test.ts'],
  },
  {
    name: 'lost journal on crash',
    harm: 'What was on its way when the power went is neither sent nor asked about again.',
    file: 'src/main/store/journal-repository.ts',
    original: "this.#prepare = insertion(db, 'INSERT INTO journal', COLUMNS);",
    planted: `db.exec('DELETE FROM journal');
    this.#prepare = insertion(db, 'INSERT INTO journal', COLUMNS);`,
    caughtBy: ['test/integration/sync-kill-resend.test.ts'],
  },
  {
    name: 'batch of busy blocks sent before it is on record',
    harm: 'After a crash the blocks that were on their way are planned anew and sent under another key.',
    file: 'src/main/store/journal-repository.ts',
    original: 'for (const batch of batchesOf(entries)) send.run(idempotencyKey, batch);',
    planted: 'send.source;',
    caughtBy: ['test/integration/sync-kill-resend.test.ts'],
  },
  {
    name: 'block wanted later settled with its batch',
    harm: 'Killed while it waits, the program never offers that busy time again: dispatch books over it.',
    file: 'src/main/engine/execute-blocks.ts',
    original: 'allDone ? entries : run.store.journal.unbatched(entries)',
    planted: 'allDone ? entries : entries',
    caughtBy: ['test/integration/sync-kill-resend.test.ts'],
  },
  {
    name: 'proposal sent before it is on record',
    harm: 'After a crash dispatch is asked once more, as if the technician had moved the job a second time.',
    file: 'src/main/engine/execute-proposals.ts',
    original: 'run.store.journal.markSent([entry]);',
    planted: '',
    caughtBy: ['test/integration/sync-kill-resend.test.ts'],
  },
  {
    name: 'update without a precondition',
    harm: 'What the technician changed a moment ago is overwritten unseen.',
    file: 'src/main/providers/google/google-provider.ts',
    original: '{ ...call, ...jsonBody(prepared.body, etag) },',
    planted: '{ ...call, ...jsonBody(prepared.body) },',
    caughtBy: ['test/integration/sync-calendar-faults.test.ts'],
  },
  {
    name: 'reminders and guests overwritten',
    harm: 'Writing a job’s new time takes the technician’s own reminder, colour and guests away.',
    file: 'src/main/providers/google/event-to-google.ts',
    original: `  const body = {
    ...ownedText(desired),
    start: { ...moment(time, 'start'), ...otherForm },`,
    planted: `  const body = {
    ...ownedText(desired),
    ...{ reminders: { useDefault: true }, colorId: null, attendees: [] },
    start: { ...moment(time, 'start'), ...otherForm },`,
    caughtBy: ['test/integration/two-way-table.test.ts'],
  },
  {
    name: 'copy’s owner removed before the next one is there',
    harm: 'For a moment the booking system offers an hour in which the technician is busy.',
    file: 'src/main/engine/execute-blocks.ts',
    original: 'const upserts = await executeKind(',
    planted: `await executeKind(run, account, (mappingId) =>
    run.store.journal.prepared(mappingId, ['delete-block'], BATCH),
  );
  const upserts = await executeKind(`,
    caughtBy: ['test/integration/sync-copies.test.ts'],
  },
  {
    name: 'time freed while its block has to wait',
    harm: 'A booking system that is busy is told first that the hour is free, and later that it is not.',
    file: 'src/main/engine/execute-blocks.ts',
    original: 'if (run.postponed.size > 0 || run.blocksPutOff) return',
    planted: 'if (false) return',
    caughtBy: ['test/integration/sync-copies.test.ts'],
  },
  {
    name: 'Retry-After ignored',
    harm: 'A service that asks for a pause is asked again at once, until it shuts the account out.',
    file: 'src/main/schedule/http.ts',
    original: 'return Math.max(backoffMs(attempts, random.unit()), asked, pauseLeftMs(origin));',
    planted: 'return backoffMs(attempts, random.unit());',
    caughtBy: ['test/unit/http.test.ts'],
  },
  {
    name: 'dry run that writes',
    harm: 'Whoever only wanted to see what would happen finds that it has.',
    file: 'src/main/engine/account-run.ts',
    original: '    if (run.dryRun) return;\n    expectOperations',
    planted: '    expectOperations',
    caughtBy: ['test/integration/sync-dry-run.test.ts'],
  },
  {
    name: 'one account stops the others',
    harm: 'A calendar whose sign-in has ended keeps the other calendars from being synced.',
    file: 'src/main/engine/sync-run.ts',
    original: `    error = run.signal.aborted ? stopped() : toAppError(thrown);
    logFailure(run, account, error);`,
    planted: `    error = run.signal.aborted ? stopped() : toAppError(thrown);
    logFailure(run, account, error);
    throw error;`,
    caughtBy: ['test/integration/sync-accounts.test.ts'],
  },
];
