import { Button } from '@mantine/core';
import type { ReactElement } from 'react';
import { joined, text } from '../../text/text.ts';
import styles from './log.module.css';

export interface PagerProps {
  readonly page: number;
  readonly pages: number;
  readonly total: number;
  readonly onMove: (page: number) => void;
}

export const Pager = ({ page, pages, total, onMove }: PagerProps): ReactElement => (
  <div className={styles.pager}>
    <p role="status">{joined(text.log.total(total), text.log.page(page, pages))}</p>
    <Button variant="default" size="compact-sm" disabled={page <= 1} onClick={() => onMove(page - 1)}>
      {text.log.previous}
    </Button>
    <Button variant="default" size="compact-sm" disabled={page >= pages} onClick={() => onMove(page + 1)}>
      {text.log.next}
    </Button>
  </div>
);
