import { Drawer } from '@mantine/core';
import type { ReactElement, ReactNode } from 'react';
import type { Explanation } from '../../../shared/domain/explanation.ts';
import type { WeekItem } from '../../../shared/domain/week.ts';
import { momentText, type Reader, timeText } from '../../../shared/text/moment.ts';
import { Failure } from '../../components/failure.tsx';
import { LinkButton } from '../../components/link-button.tsx';
import { ListSkeleton } from '../../components/screen-skeleton.tsx';
import { useReader } from '../../program/clock.ts';
import { useAnswer, useSnapshot } from '../../program/use-program.ts';
import { operationText, readable } from '../../text/readable.ts';
import { text } from '../../text/text.ts';
import { logAddress } from '../log/log-address.ts';
import { useCalendarName } from '../mappings/calendar-name.ts';
import styles from './explain.module.css';

export interface ExplainProps {
  /** Null while nothing is explained. */
  readonly item: WeekItem | null;
  readonly onClose: () => void;
}

/** Why an event or a booking is, or is not, where it is. */
export const Explain = ({ item, onClose }: ExplainProps): ReactElement => (
  <Drawer
    opened={item !== null}
    onClose={onClose}
    position="right"
    size={440}
    lockScroll={false}
    title={item?.kind === 'not-imported' ? text.explain.titleLeftOut : text.explain.title}
    closeButtonProps={{ 'aria-label': text.common.close }}
  >
    {item !== null && <Content item={item} />}
  </Drawer>
);

function Content({ item }: { readonly item: WeekItem }): ReactElement {
  const reader = useReader();
  const { data, error, refetch } = useAnswer('explain.get', { id: item.id });
  return (
    <div className={styles.explain}>
      <section>
        <h3 className={styles.title}>{item.title || text.overview.untitled}</h3>
        <dl className={styles.facts}>
          <Fact name={text.explain.when}>{whenText(item, reader)}</Fact>
          {item.location !== '' && <Fact name={text.explain.where}>{item.location}</Fact>}
          {item.status === 'tentative' && <Fact name={text.explain.state}>{text.explain.tentative}</Fact>}
          <Route item={item} />
        </dl>
      </section>
      <section className={styles.decision}>
        <h3 className={styles.heading}>{text.explain.decision}</h3>
        <p>{readable(item.reason)}</p>
      </section>
      {error !== null && <Failure title={text.explain.failed} error={error} onRetry={() => void refetch()} />}
      {error === null && data === undefined && <ListSkeleton rows={3} />}
      {data !== undefined && (
        <History
          explanation={data}
          direction={item.kind === 'booking' ? 'export' : 'import'}
          reader={reader}
        />
      )}
      {data?.decisions.some(isLogged) === true && (
        <div>
          <LinkButton to={logAddress(item.id)}>{text.explain.openLog}</LinkButton>
        </div>
      )}
    </div>
  );
}

/** That something is left out is decided silently: the log would have nothing about it. */
const isLogged = ({ operation }: Explanation['decisions'][number]): boolean =>
  operation !== 'skip' && operation !== 'leave-out';

/** Between which two places it travels, and what dispatch sees of it. */
function Route({ item }: { readonly item: WeekItem }): ReactElement | null {
  const { mappings } = useSnapshot();
  const mapping = mappings.find(({ mappingId }) => mappingId === item.mappingId) ?? null;
  const name = useCalendarName(mapping);
  if (mapping === null) return null;
  if (item.kind === 'booking') return <Fact name={text.explain.route}>{text.explain.exported(name)}</Fact>;
  if (item.kind === 'not-imported') return <Fact name={text.explain.calendar}>{name}</Fact>;
  const seen = mapping.visibility === 'details' ? text.explain.details : text.explain.busyOnly;
  return (
    <Fact name={text.explain.route}>
      {text.explain.imported(name)}. {seen}
    </Fact>
  );
}

function History({
  explanation,
  direction,
  reader,
}: {
  readonly explanation: Explanation;
  readonly direction: 'import' | 'export';
  readonly reader: Reader;
}): ReactElement {
  // Counted from the first, so that a step keeps its number when another comes.
  const newestFirst = explanation.decisions
    .map((decision, index) => ({ ...decision, step: index + 1 }))
    .toReversed();
  return (
    <section>
      <h3 className={styles.heading}>{text.explain.history}</h3>
      {newestFirst.length === 0 && <p className={styles.quiet}>{text.explain.historyEmpty}</p>}
      <ol className={styles.history}>
        {newestFirst.map(({ at, operation, reason, step }) => (
          <li key={step} className={styles.step}>
            <span className={styles.quiet}>{momentText(at, reader)}</span>
            <span>{operationText(operation, direction)}</span>
            <span className={styles.reason}>{readable(reason)}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

const Fact = ({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactElement => (
  <div className={styles.fact}>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

function whenText({ start, end, allDay }: WeekItem, reader: Reader): string {
  const { locale, timeZone } = reader;
  const day = (at: string, zone: string): string =>
    new Intl.DateTimeFormat(locale, {
      timeZone: zone,
      weekday: 'long',
      day: 'numeric',
      month: 'long',
    }).format(new Date(at));
  if (allDay) return `${day(start, 'UTC')}, ${text.overview.allDay.toLowerCase()}`;
  return `${day(start, timeZone)}, ${timeText(start, reader)} – ${timeText(end, reader)}`;
}
