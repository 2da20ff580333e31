import type { ReactElement } from 'react';
import type { WeekItem } from '../../../shared/domain/week.ts';
import { text } from '../../text/text.ts';
import styles from './week.module.css';

const KINDS: readonly Kind[] = [
  { kind: 'booking', label: text.overview.legendBooking },
  { kind: 'booking', status: 'tentative', label: text.overview.legendTentative },
  { kind: 'busy', label: text.overview.legendBusy },
  { kind: 'not-imported', label: text.overview.legendLeftOut },
];

interface Kind {
  readonly kind: WeekItem['kind'];
  readonly status?: WeekItem['status'];
  readonly label: string;
}

/** What solid, hatched and dashed mean. */
export const Legend = (): ReactElement => (
  <ul className={styles.legend}>
    {KINDS.map(({ kind, status, label }) => (
      <li key={label} className={styles.legendEntry}>
        <span className={styles.swatch} data-kind={kind} data-status={status} aria-hidden />
        {label}
      </li>
    ))}
  </ul>
);
