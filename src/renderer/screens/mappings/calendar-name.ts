import type { Mapping } from '../../../shared/domain/mapping.ts';
import { useAnswer, useSnapshot } from '../../program/use-program.ts';
import { text } from '../../text/text.ts';

/** What a person calls a mapping's calendar. While its account cannot be asked: whose calendar it is. */
export function useCalendarName(mapping: Pick<Mapping, 'accountId' | 'calendarId'> | null): string {
  const { accounts } = useSnapshot();
  const { data } = useAnswer(
    'calendars.list',
    { accountId: mapping?.accountId ?? '' },
    { enabled: mapping !== null },
  );
  if (mapping === null) return '';
  const listed = data?.items.find(({ id }) => id === mapping.calendarId);
  if (listed !== undefined) return listed.name;
  const address = accounts.find(({ id }) => id === mapping.accountId)?.email;
  return address === undefined ? text.mappings.columns.calendar : text.mappings.calendarOf(address);
}
