import type { ReactElement, ReactNode } from 'react';
import { useEffect } from 'react';
import { text } from '../text/text.ts';
import styles from './page.module.css';

export interface PageProps {
  readonly title: string;
  readonly lead: ReactNode;
  /** At most one of them is primary. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** A screen's heading with what can be done on it, and its content. */
export function Page({ title, lead, actions, children }: PageProps): ReactElement {
  useEffect(() => {
    document.title = `${title} – ${text.desktop.product}`;
  }, [title]);
  return (
    <>
      <header className={styles.header}>
        <div className={styles.heading}>
          <h1 className={styles.title}>{title}</h1>
          <div className={styles.lead}>{lead}</div>
        </div>
        {actions !== undefined && <div className={styles.actions}>{actions}</div>}
      </header>
      {children}
    </>
  );
}
