import { Button, Loader } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import IconCircleCheckFilled from '@tabler/icons-react/icons/IconCircleCheckFilled';
import type { ReactElement } from 'react';
import type { PendingSignIn } from '../../../shared/domain/snapshot.ts';
import { useAction, useSnapshot } from '../../program/use-program.ts';
import { text } from '../../text/text.ts';
import styles from './connections.module.css';

/** The sign-ins that wait in the browser, and how the last ones ended. */
export function SignIns(): ReactElement {
  const { signIns } = useSnapshot();
  return (
    <div className={styles.signIns} role="status">
      {signIns.map((signIn) => (
        <SignIn key={signIn.id} signIn={signIn} />
      ))}
    </div>
  );
}

function SignIn({ signIn }: { readonly signIn: PendingSignIn }): ReactElement {
  const dismiss = useAction('signIn.dismiss');
  const { id, provider, outcome } = signIn;
  const { connections } = text;
  const name = text.desktop.providers[provider];
  if (outcome.kind === 'waiting') return <Waiting signIn={signIn} />;
  const done = (
    <Button variant="default" onClick={() => dismiss.mutate({ id })} loading={dismiss.isPending}>
      {connections.dismiss}
    </Button>
  );
  if (outcome.kind === 'connected') {
    return (
      <div className={styles.signIn}>
        <IconCircleCheckFilled color="var(--cs-good)" aria-hidden />
        <div className={styles.signInText}>
          <h2 className={styles.signInTitle}>{connections.signInDone(outcome.email)}</h2>
        </div>
        {done}
      </div>
    );
  }
  return (
    <div className={styles.signIn} data-tone="bad">
      <div className={styles.signInText}>
        <h2 className={styles.signInTitle}>{connections.signInFailed(name)}</h2>
        <p>{outcome.error.message}</p>
      </div>
      {done}
    </div>
  );
}

function Waiting({ signIn: { id, provider, url } }: { readonly signIn: PendingSignIn }): ReactElement {
  const cancel = useAction('signIn.cancel');
  const clipboard = useClipboard();
  const { connections } = text;
  const name = text.desktop.providers[provider];
  return (
    <div className={styles.signIn}>
      <Loader size={22} aria-hidden />
      <div className={styles.signInText}>
        <h2 className={styles.signInTitle}>
          {url === null ? connections.signInStarting(name) : connections.waitingTitle(name)}
        </h2>
        <p>{connections.waitingBody}</p>
      </div>
      <div className={styles.signInActions}>
        {url !== null && (
          <>
            <Button component="a" href={url} target="_blank" rel="noopener noreferrer" variant="default">
              {connections.waitingOpen}
            </Button>
            <Button variant="default" onClick={() => clipboard.copy(url)}>
              {clipboard.copied ? text.common.copied : text.common.copy}
            </Button>
          </>
        )}
        <Button variant="default" onClick={() => cancel.mutate({ id })} loading={cancel.isPending}>
          {text.common.cancel}
        </Button>
      </div>
    </div>
  );
}
