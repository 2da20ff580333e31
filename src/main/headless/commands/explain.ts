import type { Explanation } from '../../../shared/domain/explanation.ts';
import { AppError } from '../../../shared/rpc/errors.ts';
import { withTimes } from '../../../shared/text/moment.ts';
import type { CommandContext, Outcome } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { withLook } from '../open-client.ts';
import { oneLine } from '../terminal.ts';
import { localTime } from '../words.ts';

export async function explain(context: CommandContext, id: string): Promise<Outcome> {
  const explanation = await withLook(context, (client) => client.call('explain.get', { id }));
  if (!isUnknown(explanation)) return { document: explanation, text: () => explanationText(explanation) };
  const message = `Nothing is known of ${id}. Give the id of a booking or of an event of a mapped calendar.`;
  if (!context.json) throw new AppError('NOT_FOUND', message);
  // For a program it is both: a failure, and an explanation with nothing in it.
  const document = { ...explanation, error: { code: 'NOT_FOUND', message } };
  return { document, text: () => message, exitCode: EXIT.failed };
}

const isUnknown = ({ links, decisions }: Explanation): boolean =>
  links.length === 0 && decisions.length === 0;

function explanationText({ links, mapping, decisions }: Explanation): string {
  const history = decisions.map(
    ({ at, operation, reason }) =>
      `  ${localTime(at)}  ${operation}: ${oneLine(withTimes(reason, localTime))}`,
  );
  return [
    ...links.map((link) => oneLine(linkText(link))),
    ...(mapping === null
      ? []
      : [
          `Mapping ${mapping.id}: ${mapping.direction}, calendar ${oneLine(mapping.calendarId)}, ${mapping.visibility}.`,
        ]),
    ...(history.length === 0 ? [] : ['', 'What was decided, oldest first:', ...history]),
  ].join('\n');
}

function linkText({
  kind,
  bookingId,
  blockId,
  eventId,
  state,
  reason,
}: Explanation['links'][number]): string {
  const event = eventId === null ? 'no event' : `event ${eventId}`;
  const what =
    kind === 'export'
      ? `Booking ${bookingId} goes to the calendar as ${event}`
      : `The calendar's ${event} goes to the booking system as ${blockId === null ? 'nothing' : `busy block ${blockId}`}`;
  return `${what}. State: ${state}. ${withTimes(reason, localTime)}`;
}
