import type { ReactElement } from 'react';
import { text } from '../../text/text.ts';
import styles from './week.module.css';

const KINDS = [
  { kind: 'booking', label: text.overview.legendBooking },
  { kind: 'busy', label: text.overview.legendBusy },
  { kind: 'not-imported', label: text.overview.legendLeftOut },
] as const;

/** What solid, hatched and dashed mean. */
export const Legend = (): ReactElement => (
  <ul className={styles.legend}>
    {KINDS.map(({ kind, label }) => (
      <li key={kind} className={styles.legendEntry}>
        <span className={styles.swatch} data-kind={kind} aria-hidden />
        {label}
      </li>
    ))}
  </ul>
);
