import type { Mapping } from '../../../shared/domain/mapping.ts';
import { useAnswer, useSnapshot } from '../../program/use-program.ts';
import { text } from '../../text/text.ts';

type Named = Pick<Mapping, 'accountId' | 'calendarId'>;

export interface ListedName {
  /** Null while it is asked for, and where its account cannot be asked. */
  readonly name: string | null;
  readonly pending: boolean;
}

/** What a person calls a mapping's calendar, as its account lists it. */
export function useListedName(mapping: Named | null): ListedName {
  const { data, isPending } = useAnswer(
    'calendars.list',
    { accountId: mapping?.accountId ?? '' },
    { enabled: mapping !== null },
  );
  const listed = data?.items.find(({ id }) => id === mapping?.calendarId);
  return { name: listed?.name ?? null, pending: isPending };
}

/** What a person calls a mapping's calendar. While its account cannot be asked: whose calendar it is. */
export function useCalendarName(mapping: Named | null): string {
  const { accounts } = useSnapshot();
  const { name } = useListedName(mapping);
  if (mapping === null) return '';
  if (name !== null) return name;
  const address = accounts.find(({ id }) => id === mapping.accountId)?.email;
  return address === undefined ? text.mappings.columns.calendar : text.mappings.calendarOf(address);
}
