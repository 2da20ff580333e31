import IconBrandGoogleFilled from '@tabler/icons-react/icons/IconBrandGoogleFilled';
import IconBrandWindowsFilled from '@tabler/icons-react/icons/IconBrandWindowsFilled';
import IconCalendarShare from '@tabler/icons-react/icons/IconCalendarShare';
import IconRss from '@tabler/icons-react/icons/IconRss';
import type { ReactElement } from 'react';
import type { ProviderName } from '../../shared/domain/account.ts';
import styles from './provider-mark.module.css';

const MARKS = {
  google: IconBrandGoogleFilled,
  microsoft: IconBrandWindowsFilled,
  caldav: IconCalendarShare,
  ics: IconRss,
} as const;

/** A provider's mark in the product's own colour; its name stands beside it. */
export function ProviderMark({ provider }: { readonly provider: ProviderName }): ReactElement {
  const Mark = MARKS[provider];
  return (
    <span className={styles.mark}>
      <Mark size={20} aria-hidden />
    </span>
  );
}
