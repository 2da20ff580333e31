import { Skeleton } from '@mantine/core';
import type { ReactElement } from 'react';
import { text } from '../../text/text.ts';
import styles from './week.module.css';

export interface WeekSkeletonProps {
  readonly days: number;
}

/** In place of the grid of days while it is on its way. */
export const WeekSkeleton = ({ days }: WeekSkeletonProps): ReactElement => (
  <section className={styles.calendar} aria-label={text.overview.calendarLabel} aria-busy>
    <EntrySkeletons days={days} />
  </section>
);

/** Where the first entry of each day stands, in pixels, so that it looks like a week. */
const SKELETONS = [
  { day: 1, top: 48 },
  { day: 2, top: 24 },
  { day: 3, top: 120 },
  { day: 4, top: 48 },
  { day: 5, top: 72 },
  { day: 6, top: 144 },
  { day: 7, top: 0 },
];

/** In place of bookings and busy times. */
export const EntrySkeletons = ({ days }: WeekSkeletonProps): ReactElement => (
  <div className={styles.skeleton}>
    {SKELETONS.slice(0, days).map(({ day, top }) => (
      <div key={day} className={styles.skeletonDay}>
        <Skeleton height={70} radius="md" mt={top} />
      </div>
    ))}
  </div>
);
