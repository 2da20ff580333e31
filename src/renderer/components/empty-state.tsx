import type { ReactElement, ReactNode } from 'react';
import styles from './empty-state.module.css';

export interface EmptyStateProps {
  readonly title: string;
  readonly body: ReactNode;
  readonly icon?: ReactNode;
  readonly action?: ReactNode;
  readonly tone?: 'calm' | 'bad';
}

/** In place of content: why there is none, and the next step. */
export function EmptyState({ title, body, icon, action, tone = 'calm' }: EmptyStateProps): ReactElement {
  return (
    <div className={styles.empty} data-tone={tone} role={tone === 'bad' ? 'alert' : undefined}>
      {icon !== undefined && <div className={styles.icon}>{icon}</div>}
      <h2 className={styles.title}>{title}</h2>
      <p className={styles.body}>{body}</p>
      {action}
    </div>
  );
}
