import '@fullcalendar/react/skeleton.css';
import type { EventDisplayInfo, EventInput } from '@fullcalendar/react';
import FullCalendar from '@fullcalendar/react';
import timeGrid from '@fullcalendar/react/timegrid';
import { VisuallyHidden } from '@mantine/core';
import IconX from '@tabler/icons-react/icons/IconX';
import { type ReactElement, useMemo } from 'react';
import type { Account } from '../../../shared/domain/account.ts';
import type { WeekItem } from '../../../shared/domain/week.ts';
import { momentText, timeText } from '../../../shared/text/moment.ts';
import { locale, reader } from '../../program/clock.ts';
import { useSnapshot } from '../../program/use-program.ts';
import { joined, text } from '../../text/text.ts';
import type { DayRange } from './days.ts';
import styles from './week.module.css';
import { EntrySkeletons } from './week-skeleton.tsx';

export interface WeekCalendarProps {
  readonly range: DayRange;
  /** Null before they are known. */
  readonly items: readonly WeekItem[] | null;
  readonly loading: boolean;
  readonly onSelect: (item: WeekItem) => void;
}

/** An entry up to this long has room for its title alone, or for one line of each. */
const ONE_LINE_MS = 40 * 60 * 1000;
const TWO_LINES_MS = 80 * 60 * 1000;
/** As many stand side by side; whatever else is at that time is behind “+1”. */
const MAX_STACK = 2;
const SCROLLING = { height: '100%', scrollTime: '07:30:00' };
const STILL = { height: 'auto', slotMinTime: '07:00:00', slotMaxTime: '19:00:00' };
const VIEWS = { days: { type: 'timeGrid' } };

/** The grid of days: bookings solid, busy times hatched, what is left out dashed; every title shown as plain text. */
export function WeekCalendar({ range, items, loading, onSelect }: WeekCalendarProps): ReactElement {
  const sources = useSources();
  const events = useMemo(
    () => (items ?? []).map((item) => toEvent(item, sources.get(item.mappingId ?? ''))),
    [items, sources],
  );
  const isEmpty = items !== null && items.length === 0;
  return (
    <section className={styles.calendar} aria-label={text.overview.calendarLabel} aria-busy={loading}>
      <FullCalendar
        // The view keeps its own date and length, so another range is another view.
        key={`${range.from} ${range.days} ${isEmpty || items === null}`}
        plugins={[timeGrid]}
        initialView="days"
        views={{ days: { ...VIEWS.days, dayCount: range.days } }}
        initialDate={range.first}
        locale={locale()}
        headerToolbar={false}
        // Where there is nothing to look for, there is nothing to scroll to: the working day, cut off below.
        {...(isEmpty || items === null ? STILL : SCROLLING)}
        slotDuration="00:30:00"
        slotHeaderInterval="01:00:00"
        slotMinHeight={28}
        eventMinHeight={24}
        eventMaxStack={MAX_STACK}
        slotEventOverlap={false}
        nowIndicator
        allDayText={text.overview.allDay}
        eventInteractive
        eventTimeFormat={{ hour: '2-digit', minute: '2-digit' }}
        slotHeaderFormat={{ hour: '2-digit', minute: '2-digit' }}
        dayHeaderFormat={{ weekday: 'short', day: 'numeric' }}
        borderless
        className={styles.grid ?? ''}
        tableHeaderClass={styles.head ?? ''}
        dayHeaderClass={({ isToday }) => (isToday ? `${styles.dayHeader} ${styles.today}` : styles.dayHeader)}
        dayHeaderInnerClass={styles.dayHeaderInner ?? ''}
        slotHeaderInnerClass={styles.slotHeaderInner ?? ''}
        allDayHeaderInnerClass={styles.slotHeaderInner ?? ''}
        dayLaneClass={({ isToday }) => (isToday ? `${styles.lane} ${styles.todayLane}` : styles.lane)}
        slotLaneClass={({ isMinor }) => (isMinor ? styles.minorSlot : styles.slot)}
        slotHeaderClass={styles.slotHeader ?? ''}
        allDayHeaderClass={styles.slotHeader ?? ''}
        allDayDividerClass={styles.divider ?? ''}
        dayCellClass={styles.dayCell ?? ''}
        nowIndicatorLineClass={styles.nowLine ?? ''}
        eventClass={styles.event ?? ''}
        columnEventClass={styles.columnEvent ?? ''}
        eventContent={EventBody}
        moreLinkContent={MoreLink}
        moreLinkHint={text.overview.moreHint}
        moreLinkClass={styles.moreLink ?? ''}
        popoverClass={styles.popover ?? ''}
        popoverCloseClass={styles.popoverClose ?? ''}
        popoverCloseContent={<IconX size={16} aria-hidden />}
        popoverFormat={{ weekday: 'long', day: 'numeric', month: 'long' }}
        closeHint={text.common.close}
        events={events}
        eventClick={({ event }) => onSelect((event.extendedProps as EventProps).item)}
      />
      {items === null && loading && <EntrySkeletons days={range.days} />}
      {isEmpty && (
        <div className={styles.empty}>
          <strong>{text.overview.emptyWeek}</strong>
          <p>{text.overview.emptyWeekBody}</p>
        </div>
      )}
    </section>
  );
}

interface EventProps {
  readonly item: WeekItem;
  readonly source: string | null;
}

function toEvent(item: WeekItem, source: string | undefined): EventInput {
  return {
    id: `${item.kind} ${item.id} ${item.start}`,
    title: item.title,
    start: item.start,
    end: item.end,
    allDay: item.allDay,
    extendedProps: { item, source: source ?? null } satisfies EventProps,
  };
}

function EventBody({ event }: EventDisplayInfo): ReactElement {
  const { item, source } = event.extendedProps as EventProps;
  const busy = item.kind !== 'booking';
  const title = item.title === '' ? text.overview.untitled : item.title;
  const state = item.status === 'tentative' ? text.overview.tentative : null;
  return (
    <div
      className={styles.body}
      data-kind={item.kind}
      data-status={item.status}
      data-lines={linesOf(item)}
      title={joined(when(item), state, title, item.location)}
    >
      <VisuallyHidden>{joined(text.overview.kinds[item.kind], state, when(item))}: </VisuallyHidden>
      <span className={styles.title}>{title}</span>
      <span className={styles.detail}>
        <span className={styles.when} aria-hidden>
          {timesOf(item)}{' '}
        </span>
        {busy ? joined(item.location, source) : item.location}
      </span>
    </div>
  );
}

/** Short for the eye, whole for a screen reader. */
const MoreLink = ({ num }: { readonly num: number }): ReactElement => (
  <>
    <span className={styles.moreText} aria-hidden>
      {text.overview.more(num)}
    </span>
    <VisuallyHidden>{text.overview.moreHint(num)}</VisuallyHidden>
  </>
);

function linesOf({ start, end, allDay }: WeekItem): 'one' | 'two' | 'many' {
  const length = Date.parse(end) - Date.parse(start);
  if (!allDay && length <= ONE_LINE_MS) return 'one';
  return allDay || length <= TWO_LINES_MS ? 'two' : 'many';
}

function when(item: WeekItem): string {
  if (item.allDay) return text.overview.allDay;
  const to = reader();
  return `${momentText(item.start, to)} – ${timeText(item.end, to)}`;
}

/** Where the day stands above it. */
function timesOf({ start, end, allDay }: WeekItem): string {
  if (allDay) return text.overview.allDay;
  const to = reader();
  return `${timeText(start, to)} – ${timeText(end, to)}`;
}

/** The account's name by mapping, e.g. `Google`. */
function useSources(): ReadonlyMap<string, string> {
  const { mappings, accounts } = useSnapshot();
  return useMemo(() => {
    const nameOf = ({ provider }: Account): string => text.desktop.providers[provider];
    const names = new Map(accounts.map((account) => [account.id, nameOf(account)]));
    return new Map(mappings.map(({ mappingId, accountId }) => [mappingId, names.get(accountId) ?? '']));
  }, [mappings, accounts]);
}
