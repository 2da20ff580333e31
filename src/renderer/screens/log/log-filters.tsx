import { Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import IconSearch from '@tabler/icons-react/icons/IconSearch';
import { type ReactElement, useState } from 'react';
import { ProviderName } from '../../../shared/domain/account.ts';
import { LOG_STATUSES, type LogStatus } from '../../../shared/domain/sync-log.ts';
import { DayField } from '../../components/day-field.tsx';
import { text } from '../../text/text.ts';
import styles from './log.module.css';
import type { Filters } from './log-filter.ts';

export interface LogFiltersProps {
  readonly filters: Filters;
  readonly onChange: (filters: Filters) => void;
}

/** Long enough to finish a word, short enough not to be noticed. */
const TYPING_MS = 200;

export function LogFilters({ filters, onChange }: LogFiltersProps): ReactElement {
  const [typed, setTyped] = useState(filters.search);
  const [shown, setShown] = useState(filters.search);
  if (shown !== filters.search) {
    // The filters were cleared elsewhere.
    setShown(filters.search);
    setTyped(filters.search);
  }
  const find = useDebouncedCallback((search: string) => {
    setShown(search);
    onChange({ ...filters, search });
  }, TYPING_MS);
  const { log } = text;
  return (
    <search className={styles.filters}>
      <TextInput
        className={styles.search ?? ''}
        label={log.search}
        placeholder={log.searchHint}
        leftSection={<IconSearch size={16} aria-hidden />}
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          find(event.currentTarget.value);
        }}
      />
      <Select
        label={log.status}
        placeholder={log.anyStatus}
        clearable
        clearButtonProps={{ 'aria-label': log.anyStatus }}
        value={filters.status}
        onChange={(value) => onChange({ ...filters, status: value as LogStatus | null })}
        data={LOG_STATUSES.map((value) => ({ value, label: log.statuses[value] }))}
      />
      <Select
        label={log.provider}
        placeholder={log.anyProvider}
        clearable
        clearButtonProps={{ 'aria-label': log.anyProvider }}
        value={filters.provider}
        onChange={(value) => onChange({ ...filters, provider: value as ProviderName | null })}
        data={ProviderName.options.map((value) => ({ value, label: text.desktop.providers[value] }))}
      />
      <DayField
        label={log.from}
        day={filters.from}
        max={filters.to}
        onChange={(from) => onChange({ ...filters, from })}
      />
      <DayField
        label={log.to}
        day={filters.to}
        min={filters.from}
        onChange={(to) => onChange({ ...filters, to })}
      />
    </search>
  );
}
