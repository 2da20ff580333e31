import { Button } from '@mantine/core';
import type { ReactElement } from 'react';
import { FormError } from '../../components/form-error.tsx';
import { useAction, useSnapshot } from '../../program/use-program.ts';
import { text } from '../../text/text.ts';
import styles from './first-run.module.css';

/**
 * Leads into the program with a made-up company. In a browser the page goes there; beside a window it opens in the
 * browser, and this says so.
 */
export function TrySample(): ReactElement {
  const { sample, host } = useSnapshot();
  const inBrowser = host.kind === 'headless';
  const open = useAction('sample.open', {
    onError: () => undefined,
    onSuccess: ({ url }) => {
      if (inBrowser) window.location.assign(url);
    },
  });
  const close = useAction('sample.close');
  const { firstRun } = text;
  const running = sample !== null;
  const body = running && !inBrowser ? firstRun.sampleInBrowser : firstRun.sampleRunning;
  return (
    <section className={styles.sample} aria-label={firstRun.sampleTitle}>
      <div>
        <p className={styles.sampleTitle}>{firstRun.sampleTitle}</p>
        <p className={styles.lead}>{running ? body : firstRun.sampleBody}</p>
      </div>
      <div className={styles.sampleActions}>
        <Button variant="default" loading={open.isPending} onClick={() => open.mutate({})}>
          {running ? firstRun.sampleAgain : firstRun.sampleAction}
        </Button>
        {running && (
          <Button variant="default" loading={close.isPending} onClick={() => close.mutate({})}>
            {firstRun.sampleEnd}
          </Button>
        )}
      </div>
      <p className={styles.sampleWait} role="status">
        {open.isPending ? firstRun.sampleStarting : ''}
      </p>
      <FormError error={open.error} />
    </section>
  );
}
