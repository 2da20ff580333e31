import { ActionIcon, Button } from '@mantine/core';
import IconChevronLeft from '@tabler/icons-react/icons/IconChevronLeft';
import IconChevronRight from '@tabler/icons-react/icons/IconChevronRight';
import { lazy, type ReactElement, Suspense, useState } from 'react';
import type { WeekItem } from '../../../shared/domain/week.ts';
import { Failure } from '../../components/failure.tsx';
import { locale, now } from '../../program/clock.ts';
import { useAnswer } from '../../program/use-program.ts';
import { text } from '../../text/text.ts';
import { Explain } from '../explain/explain.tsx';
import { addDays, type DayRange, daysFrom, rangeTitle, startOfWeek, weekNumber } from './days.ts';
import { Legend } from './legend.tsx';
import { useWidth } from './use-width.ts';
import styles from './week.module.css';
import { WeekSkeleton } from './week-skeleton.tsx';

/** The largest part of the screens: it comes once the rest of Overview can be read. */
const WeekCalendar = lazy(async () => ({ default: (await import('./week-calendar.tsx')).WeekCalendar }));

/** Below this many pixels a column of seven is too narrow to read. */
const FULL_WEEK_WIDTH = 640;

/** The week of bookings and busy times; a click on one explains it. */
export function Week(): ReactElement {
  const [width, box] = useWidth<HTMLDivElement>();
  const days = width === null || width >= FULL_WEEK_WIDTH ? 7 : 3;
  const [anchor, setAnchor] = useState(() => now());
  const [explained, setExplained] = useState<WeekItem | null>(null);
  const first = days === 7 ? startOfWeek(anchor, locale()) : anchor;
  const range = daysFrom(first, days);
  const { data, error, refetch, isPending } = useAnswer(
    'week.get',
    { from: range.from, to: range.to },
    { keepPrevious: true },
  );

  return (
    <div className={styles.week} ref={box}>
      <Toolbar
        range={range}
        onMove={(by) => setAnchor(addDays(first, by * days))}
        onToday={() => setAnchor(now())}
      />
      {error !== null && data === undefined ? (
        <div className={styles.calendar}>
          <Failure title={text.overview.weekFailed} error={error} onRetry={() => void refetch()} />
        </div>
      ) : (
        <Suspense fallback={<WeekSkeleton days={days} />}>
          <WeekCalendar
            range={range}
            items={data?.items ?? null}
            loading={isPending}
            onSelect={setExplained}
          />
        </Suspense>
      )}
      <Legend />
      <Explain item={explained} onClose={() => setExplained(null)} />
    </div>
  );
}

interface ToolbarProps {
  readonly range: DayRange;
  readonly onMove: (by: -1 | 1) => void;
  readonly onToday: () => void;
}

const Toolbar = ({ range, onMove, onToday }: ToolbarProps): ReactElement => (
  <div className={styles.toolbar}>
    <h2 className={styles.range}>{rangeTitle(range, locale())}</h2>
    <span className={styles.number}>{text.overview.week(weekNumber(range))}</span>
    <div className={styles.moves}>
      <ActionIcon
        variant="default"
        size={32}
        aria-label={text.overview.previousWeek}
        onClick={() => onMove(-1)}
      >
        <IconChevronLeft size={18} aria-hidden />
      </ActionIcon>
      <Button variant="default" size="compact-sm" h={32} onClick={onToday}>
        {text.overview.today}
      </Button>
      <ActionIcon variant="default" size={32} aria-label={text.overview.nextWeek} onClick={() => onMove(1)}>
        <IconChevronRight size={18} aria-hidden />
      </ActionIcon>
    </div>
  </div>
);
