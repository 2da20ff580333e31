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
const SKELETON_TOPS = [48, 24, 120, 48, 72, 144, 0];

/** In place of bookings and busy times. */
export const EntrySkeletons = ({ days }: WeekSkeletonProps): ReactElement => (
  <div className={styles.skeleton}>
    {SKELETON_TOPS.slice(0, days).map((top, day) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: a day is its place
      <div key={day} className={styles.skeletonDay}>
        <Skeleton height={70} radius="md" mt={top} />
      </div>
    ))}
  </div>
);
