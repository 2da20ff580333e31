import type { Account } from '../../../shared/domain/account.ts';
import type { Mapping } from '../../../shared/domain/mapping.ts';
import type { Input } from '../../../shared/rpc/contract.ts';

/** What the editor holds: every choice of a mapping. */
export type MappingDraft = Omit<Mapping, 'id' | 'revision'>;

const PAST_DAYS = 30;
const FUTURE_DAYS = 180;

export const draftOf = ({ id: _, revision: __, ...draft }: Mapping): MappingDraft => draft;

/** A new mapping as `host.md` begins it. */
export const newDraft = (account: Account | undefined, technicianId: string): MappingDraft => ({
  accountId: account?.id ?? '',
  calendarId: '',
  direction: account !== undefined && !canWrite(account) ? 'import' : 'two-way',
  visibility: 'busy-only',
  technicianId,
  projectId: null,
  onDelete: 'restore',
  pastDays: PAST_DAYS,
  futureDays: FUTURE_DAYS,
  skip: [],
  skipTitle: null,
  enabled: true,
});

export const canWrite = ({ access, provider }: Account): boolean => access === 'write' && provider !== 'ics';

/** The choices that can be changed of a mapping that is there. */
export const changesOf = ({
  accountId: _,
  calendarId: __,
  ...changes
}: MappingDraft): Input<'mappings.update'>['changes'] => changes;
