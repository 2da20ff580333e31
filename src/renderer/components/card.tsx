import type { ReactElement, ReactNode } from 'react';
import styles from './card.module.css';

export type CardTone = 'plain' | 'warning' | 'bad' | 'quiet';

export interface AttentionProps {
  readonly tone: CardTone;
  readonly title: string;
  readonly body: ReactNode;
  readonly action: ReactNode;
}

/** Something that waits for the user: what it is, in a sentence, and the one thing to do about it. */
export const Attention = ({ tone, title, body, action }: AttentionProps): ReactElement => (
  <section className={styles.attention} data-tone={tone} aria-label={title}>
    <h2 className={styles.title}>{title}</h2>
    <p className={styles.body}>{body}</p>
    <div className={styles.action}>{action}</div>
  </section>
);
