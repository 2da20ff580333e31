import type { ReactElement } from 'react';
import type { SyncResult } from '../../../shared/domain/sync-result.ts';
import { useSnapshot } from '../../program/use-program.ts';
import { text } from '../../text/text.ts';
import styles from './preview.module.css';

/** Of which accounts a run could not say anything, and why. */
export function FailedAccounts({ result }: { readonly result: SyncResult }): ReactElement {
  const { accounts } = useSnapshot();
  const who = (accountId: string): string => accounts.find(({ id }) => id === accountId)?.email ?? '';
  return (
    <>
      {result.accounts.map(
        ({ accountId, error }) =>
          error !== null && (
            <p key={accountId} className={styles.failed}>
              <strong>{text.preview.partly(who(accountId))}.</strong> {error.message}
            </p>
          ),
      )}
    </>
  );
}
