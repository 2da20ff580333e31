import { Skeleton, VisuallyHidden } from '@mantine/core';
import type { ReactElement } from 'react';
import { text } from '../text/text.ts';
import styles from './screen-skeleton.module.css';

/** The shape of a screen while it is on its way. */
export const ScreenSkeleton = ({
  label = text.common.loading,
}: {
  readonly label?: string;
}): ReactElement => (
  <div className={styles.skeleton} role="status">
    <VisuallyHidden>{label}</VisuallyHidden>
    <Skeleton height={26} width="min(220px, 60%)" />
    <Skeleton height={16} width="min(360px, 90%)" />
    <Skeleton height={120} radius="md" />
    <Skeleton height={120} radius="md" />
  </div>
);

/** Lines of a list while it is on its way. */
export const ListSkeleton = ({ rows }: { readonly rows: number }): ReactElement => (
  <div className={styles.skeleton} role="status">
    <VisuallyHidden>{text.common.loading}</VisuallyHidden>
    {Array.from({ length: rows }, (_, row) => row).map((row) => (
      <Skeleton key={row} height={44} radius="md" />
    ))}
  </div>
);
