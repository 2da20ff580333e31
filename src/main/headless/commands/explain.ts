import type { Explanation } from '../../../shared/domain/explanation.ts';
import type { CommandContext, Outcome } from '../command.ts';
import { withLook } from '../open-app.ts';
import { localTime } from '../words.ts';

export async function explain(context: CommandContext, id: string): Promise<Outcome> {
  const explanation = await withLook(context, (app) => app.explain(id));
  return { document: explanation, text: () => explanationText(explanation) };
}

function explanationText({ id, links, mapping, decisions }: Explanation): string {
  if (links.length === 0 && decisions.length === 0) {
    return `Nothing is known of ${id}. Give the id of a booking or of an event of a mapped calendar.`;
  }
  const history = decisions.map(({ at, operation, reason }) => `  ${localTime(at)}  ${operation}: ${reason}`);
  return [
    ...links.map(linkText),
    ...(mapping === null
      ? []
      : [
          `Mapping ${mapping.id}: ${mapping.direction}, calendar ${mapping.calendarId}, ${mapping.visibility}.`,
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
  return `${what}. State: ${state}. ${reason}`.trim();
}
