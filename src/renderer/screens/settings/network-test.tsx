import { Button } from '@mantine/core';
import IconCircleCheckFilled from '@tabler/icons-react/icons/IconCircleCheckFilled';
import IconCircleXFilled from '@tabler/icons-react/icons/IconCircleXFilled';
import type { ReactElement } from 'react';
import type { Reach } from '../../../shared/domain/reach.ts';
import { FormError } from '../../components/form-error.tsx';
import { useAction } from '../../program/use-program.ts';
import { text } from '../../text/text.ts';
import styles from './settings.module.css';

/** Tries the way to every host that syncing needs, with the proxy and the certificates that are set. */
export function NetworkTest(): ReactElement {
  const test = useAction('network.test', { onError: () => undefined });
  const { settings } = text;
  const failed = test.data?.items.filter(({ ok }) => !ok).length ?? 0;
  return (
    <>
      <Button variant="default" loading={test.isPending} onClick={() => test.mutate({})}>
        {settings.testConnection}
      </Button>
      <FormError error={test.error} />
      <div role="status">
        {test.data !== undefined && (
          <div className={styles.report}>
            <p className={styles.verdict}>{verdict(test.data.items.length, failed)}</p>
            <ul className={styles.checks}>
              {test.data.items.map((reach) => (
                <Host key={`${reach.name} ${reach.host}`} reach={reach} />
              ))}
            </ul>
          </div>
        )}
      </div>
    </>
  );
}

function verdict(hosts: number, failed: number): string {
  if (hosts === 0) return text.settings.reachedNone;
  return failed === 0 ? text.settings.reachedAll : text.settings.reachedNot(failed);
}

function Host({ reach: { name, host, ok, milliseconds, message } }: { readonly reach: Reach }): ReactElement {
  const Icon = ok ? IconCircleCheckFilled : IconCircleXFilled;
  const { settings } = text;
  return (
    <li className={styles.check} data-status={ok ? 'ok' : 'failed'}>
      <Icon size={18} aria-hidden />
      <div>
        <p>
          <strong>{name}</strong>{' '}
          <span className={styles.checkStatus}>
            {ok ? settings.reached(milliseconds ?? 0) : settings.notReached}
          </span>
        </p>
        <p className={styles.hint}>{ok ? host : message}</p>
      </div>
    </li>
  );
}
