import { ActionIcon, Button, Menu } from '@mantine/core';
import IconDots from '@tabler/icons-react/icons/IconDots';
import type { ReactElement } from 'react';
import type { Account } from '../../../shared/domain/account.ts';
import { momentText, type Reader } from '../../../shared/text/moment.ts';
import { LinkButton } from '../../components/link-button.tsx';
import { ProviderMark } from '../../components/provider-mark.tsx';
import { useReader } from '../../program/clock.ts';
import { useAction, useAnswer, useSnapshot } from '../../program/use-program.ts';
import { joined, listText, text } from '../../text/text.ts';
import { OFFERED } from './connect-menu.tsx';
import styles from './connections.module.css';

export interface AccountCardProps {
  readonly account: Account;
  readonly onReconnect: () => void;
  readonly onDisconnect: () => void;
}

const TONES = {
  connected: 'good',
  'read-only': 'good',
  'needs-sign-in': 'warning',
  error: 'bad',
  paused: 'quiet',
} as const;

/** One account: who, how it stands in words, what of it is kept in step, and what can be done. */
export function AccountCard({ account, onReconnect, onDisconnect }: AccountCardProps): ReactElement {
  const { offlineSince, progress, mappings } = useSnapshot();
  const reader = useReader();
  const sync = useAction('sync.now');
  const setPaused = useAction('accounts.setPaused');
  const { connections } = text;
  const { id, provider, email, state } = account;
  const offline = offlineSince !== null && state !== 'needs-sign-in' && state !== 'paused';
  const isPaused = state === 'paused';
  const isUsed = mappings.some(({ accountId, enabled }) => accountId === id && enabled);
  const canSignIn = OFFERED.includes(provider);
  return (
    <li className={styles.card}>
      <ProviderMark provider={provider} />
      <div className={styles.cardBody}>
        <div className={styles.cardHead}>
          <h2 className={styles.cardTitle}>{text.desktop.providers[provider]}</h2>
          <span className={styles.state} data-tone={offline ? 'quiet' : TONES[state]}>
            {offline ? connections.offline : connections.states[state]}
          </span>
        </div>
        <p className={styles.address}>{email}</p>
        <Summary account={account} offlineSince={offline ? offlineSince : null} reader={reader} />
        <div className={styles.cardActions}>
          {state === 'needs-sign-in' && canSignIn && (
            <Button onClick={onReconnect}>{connections.reconnect}</Button>
          )}
          {isPaused && (
            <Button variant="default" onClick={() => setPaused.mutate({ id, paused: false })}>
              {connections.resume}
            </Button>
          )}
          {state !== 'needs-sign-in' && !isPaused && !isUsed && (
            <LinkButton to="/mappings">{connections.choose}</LinkButton>
          )}
          {state !== 'needs-sign-in' && !isPaused && isUsed && (
            <Button
              variant="default"
              loading={sync.isPending}
              disabled={progress !== null && !sync.isPending}
              onClick={() => sync.mutate({ accountId: id })}
            >
              {connections.syncNow}
            </Button>
          )}
          <Menu position="bottom-end">
            <Menu.Target>
              <ActionIcon variant="default" size={36} aria-label={connections.more(email)}>
                <IconDots size={18} aria-hidden />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              {state !== 'needs-sign-in' && canSignIn && (
                <Menu.Item onClick={onReconnect}>{connections.reconnect}</Menu.Item>
              )}
              {!isPaused && (
                <Menu.Item onClick={() => setPaused.mutate({ id, paused: true })}>
                  {connections.pause}
                </Menu.Item>
              )}
              <Menu.Item onClick={onDisconnect}>{connections.disconnect}</Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </div>
      </div>
    </li>
  );
}

interface SummaryProps {
  readonly account: Account;
  readonly offlineSince: string | null;
  readonly reader: Reader;
}

function Summary({ account, offlineSince, reader }: SummaryProps): ReactElement {
  const { mappings } = useSnapshot();
  const own = mappings.filter(({ accountId, enabled }) => accountId === account.id && enabled);
  const { data } = useAnswer(
    'calendars.list',
    { accountId: account.id },
    { enabled: own.length > 0 && account.state !== 'needs-sign-in' },
  );
  const { connections } = text;
  if (offlineSince !== null) {
    return <p className={styles.summary}>{connections.offlineBody(momentText(offlineSince, reader))}</p>;
  }
  if (account.state === 'needs-sign-in') return <p className={styles.summary}>{connections.signInBody}</p>;
  if (account.error !== null) return <p className={styles.summary}>{account.error.message}</p>;
  if (account.state === 'paused') return <p className={styles.summary}>{connections.pausedBody}</p>;
  if (own.length === 0) return <p className={styles.summary}>{connections.noCalendars}</p>;
  const names = own.flatMap(({ calendarId }) => data?.items.find(({ id }) => id === calendarId)?.name ?? []);
  const calendars = names.length === own.length ? listText(names) : connections.calendars(own.length);
  const { lastSyncedAt } = account;
  const last =
    lastSyncedAt === null ? connections.neverSynced : connections.lastSync(momentText(lastSyncedAt, reader));
  return <p className={styles.summary}>{joined(calendars, last)}</p>;
}
