import { Button } from '@mantine/core';
import IconListDetails from '@tabler/icons-react/icons/IconListDetails';
import IconSearchOff from '@tabler/icons-react/icons/IconSearchOff';
import { type ReactElement, useState } from 'react';
import { useParams } from 'wouter';
import { EmptyState } from '../../components/empty-state.tsx';
import { Failure } from '../../components/failure.tsx';
import { ListSkeleton } from '../../components/screen-skeleton.tsx';
import { Page } from '../../layout/page.tsx';
import { useAnswer } from '../../program/use-program.ts';
import { text } from '../../text/text.ts';
import { ExportMenu } from './export-menu.tsx';
import styles from './log.module.css';
import { searchOf } from './log-address.ts';
import { type Filters, filterOf, hasFilter, NO_FILTERS } from './log-filter.ts';
import { LogFilters } from './log-filters.tsx';
import { LogTable } from './log-table.tsx';
import { Pager } from './pager.tsx';
import { useFreshEntries } from './use-fresh-entries.ts';

/** The operations of the sync, newest first: filtered, searched, a hundred a page, live. */
export function Log(): ReactElement {
  const { search } = useParams<{ search?: string }>();
  // Another address is another question, with filters of its own.
  return <LogOf key={search ?? ''} search={searchOf(search)} />;
}

function LogOf({ search }: { readonly search: string }): ReactElement {
  const [filters, setFilters] = useState<Filters>({ ...NO_FILTERS, search });
  const [page, setPage] = useState(1);
  const filter = filterOf(filters);
  const { data, error, refetch, isPlaceholderData } = useAnswer(
    'logs.query',
    { ...filter, page },
    { keepPrevious: true, anew: true },
  );
  const fresh = useFreshEntries(page === 1);
  // Another page, or the answer to another question, is read from its top.
  const asked = JSON.stringify({ ...filter, page });
  const [shown, setShown] = useState(asked);
  if (!isPlaceholderData && shown !== asked) setShown(asked);
  const change = (next: Filters): void => {
    setFilters(next);
    setPage(1);
  };
  const isEmpty = data?.total === 0;
  return (
    <Page title={text.log.title} lead={text.log.lead} actions={<ExportMenu filter={filter} />}>
      <LogFilters filters={filters} onChange={change} />
      {error !== null && <Failure title={text.log.failed} error={error} onRetry={() => void refetch()} />}
      {error === null && data === undefined && <ListSkeleton rows={8} />}
      {isEmpty && !hasFilter(filters) && (
        <EmptyState
          icon={<IconListDetails aria-hidden />}
          title={text.log.emptyTitle}
          body={text.log.emptyBody}
        />
      )}
      {isEmpty && hasFilter(filters) && (
        <EmptyState
          icon={<IconSearchOff aria-hidden />}
          title={text.log.noneTitle}
          body={text.log.noneBody}
          action={
            <Button variant="default" onClick={() => change(NO_FILTERS)}>
              {text.log.clear}
            </Button>
          }
        />
      )}
      {error === null && data !== undefined && !isEmpty && (
        <>
          {fresh.count > 0 && (
            <Button
              variant="light"
              size="compact-sm"
              className={styles.fresh ?? ''}
              onClick={() => setPage(1)}
            >
              {text.log.fresh(fresh.count)}
            </Button>
          )}
          <LogTable key={shown} entries={data.items} busy={isPlaceholderData} />
          <Pager page={data.page} pages={data.pages} total={data.total} onMove={setPage} />
        </>
      )}
    </Page>
  );
}
