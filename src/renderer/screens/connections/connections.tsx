import IconPlugConnected from '@tabler/icons-react/icons/IconPlugConnected';
import { type ReactElement, useState } from 'react';
import type { Account, ProviderName } from '../../../shared/domain/account.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { Page } from '../../layout/page.tsx';
import { useSnapshot } from '../../program/use-program.ts';
import { text } from '../../text/text.ts';
import { AccountCard } from './account-card.tsx';
import { ConnectForm } from './connect-form.tsx';
import { ConnectMenu } from './connect-menu.tsx';
import styles from './connections.module.css';
import { Disconnect } from './disconnect.tsx';
import { SignIns } from './sign-ins.tsx';

/** The accounts, how each stands, and connecting another one. */
export function Connections(): ReactElement {
  const { accounts } = useSnapshot();
  const [connecting, setConnecting] = useState<ProviderName | null>(null);
  const [leaving, setLeaving] = useState<Account | null>(null);
  const isEmpty = accounts.length === 0;
  const connect = (
    <ConnectMenu
      primary={accounts.every(({ state }) => state !== 'needs-sign-in')}
      onChoose={setConnecting}
    />
  );
  return (
    <Page title={text.connections.title} lead={text.connections.lead} actions={isEmpty ? undefined : connect}>
      <SignIns />
      {isEmpty ? (
        <EmptyState
          icon={<IconPlugConnected aria-hidden />}
          title={text.connections.emptyTitle}
          body={text.connections.emptyBody}
          action={connect}
        />
      ) : (
        <ul className={styles.cards}>
          {accounts.map((account) => (
            <AccountCard
              key={account.id}
              account={account}
              onReconnect={() => setConnecting(account.provider)}
              onDisconnect={() => setLeaving(account)}
            />
          ))}
        </ul>
      )}
      <ConnectForm provider={connecting} onClose={() => setConnecting(null)} />
      {leaving !== null && <Disconnect account={leaving} onClose={() => setLeaving(null)} />}
    </Page>
  );
}
