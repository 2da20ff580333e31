import type { ReactElement } from 'react';
import { text } from '../text/text.ts';
import styles from './long-list.module.css';

/** Beyond this many, a list says no more than its count. */
const SHOWN = 200;

export interface LongListProps<T> {
  readonly className: string | undefined;
  readonly items: readonly T[];
  /** One item as a list item, with its key. */
  readonly children: (item: T) => ReactElement;
}

/** A list that may be longer than anybody reads. */
export const LongList = <T,>({ className, items, children }: LongListProps<T>): ReactElement => (
  <>
    <ul className={className}>{items.slice(0, SHOWN).map(children)}</ul>
    {items.length > SHOWN && <p className={styles.more}>{text.common.more(items.length - SHOWN)}</p>}
  </>
);
