import IconLock from '@tabler/icons-react/icons/IconLock';
import { type ReactElement, type ReactNode, useId } from 'react';
import { text } from '../../text/text.ts';
import styles from './settings.module.css';

export interface SectionProps {
  readonly title: string;
  readonly hint?: string | undefined;
  readonly children: ReactNode;
}

/** Settings that belong together. */
export function Section({ title, hint, children }: SectionProps): ReactElement {
  const id = useId();
  return (
    <section className={styles.section} aria-labelledby={id}>
      <div>
        <h2 className={styles.heading} id={id}>
          {title}
        </h2>
        {hint !== undefined && <p className={styles.hint}>{hint}</p>}
      </div>
      {children}
    </section>
  );
}

/** A name and what it is, within a list of them. */
export const Fact = ({
  name,
  children,
}: {
  readonly name: string;
  readonly children: ReactNode;
}): ReactElement => (
  <div className={styles.fact}>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

/** Under a value that the organisation has set. */
export const Locked = (): ReactElement => (
  <span className={styles.locked}>
    <IconLock size={14} aria-hidden />
    {text.settings.locked}
  </span>
);
