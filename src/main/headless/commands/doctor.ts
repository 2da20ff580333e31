import type { DoctorCheck, DoctorReport } from '../../../shared/domain/doctor.ts';
import { withTimes } from '../../../shared/text/moment.ts';
import { reportUnopened } from '../../diagnostics/doctor.ts';
import type { CommandContext, Outcome } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { withClient } from '../open-client.ts';
import { systemClock } from '../ports.ts';
import { table } from '../table.ts';
import type { Screen } from '../terminal.ts';
import { withProgress } from '../terminal.ts';
import { localTime } from '../words.ts';

const WORDS: Readonly<Record<DoctorCheck['status'], string>> = {
  ok: 'ok',
  warning: 'look at',
  failed: 'WRONG',
  skipped: 'skipped',
};

/** Checks everything that a sync needs. What is wrong is the result, not a failure of the command. */
export async function doctor(context: CommandContext): Promise<Outcome> {
  const report = await withProgress(context.terminal, 'Checking…', async () => {
    try {
      return await withClient(context, (client) => client.call('doctor.run', {}));
    } catch (error) {
      return reportUnopened({ clock: systemClock, dataDir: context.dataDir }, error);
    }
  });
  return {
    document: report,
    text: (screen) => reportText(screen, report),
    exitCode: report.ok ? EXIT.done : EXIT.failed,
  };
}

function reportText(screen: Screen, { checks, ok }: DoctorReport): string {
  const rows = checks.map(({ status, name, message }) => [
    WORDS[status],
    name,
    withTimes(message, localTime),
  ]);
  const verdict = ok
    ? 'Everything that a sync needs is in order.'
    : 'Put right what is WRONG, from the top: what is further down may follow from it.';
  return [
    table(screen, [{ head: 'State' }, { head: 'Check' }, { head: 'Finding', wraps: true }], rows),
    '',
    verdict,
  ].join('\n');
}
