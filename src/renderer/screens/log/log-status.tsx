import IconCircleCheck from '@tabler/icons-react/icons/IconCircleCheck';
import IconCircleX from '@tabler/icons-react/icons/IconCircleX';
import IconRotateClockwise from '@tabler/icons-react/icons/IconRotateClockwise';
import type { ReactElement } from 'react';
import type { LogStatus } from '../../../shared/domain/sync-log.ts';
import { text } from '../../text/text.ts';
import styles from './log.module.css';

const SHAPES = { ok: IconCircleCheck, error: IconCircleX, retry: IconRotateClockwise } as const;

/** How an operation ended, as shape and word. */
export function LogStatusMark({ status }: { readonly status: LogStatus }): ReactElement {
  const Shape = SHAPES[status];
  return (
    <span className={styles.status} data-status={status}>
      <Shape size={16} aria-hidden /> {text.log.statuses[status]}
    </span>
  );
}
