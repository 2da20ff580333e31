import { notifications } from '@mantine/notifications';
import type { ReactElement } from 'react';
import type { Account } from '../../../shared/domain/account.ts';
import { KeepOrRemove } from '../../components/keep-or-remove.tsx';
import { useAction } from '../../program/use-program.ts';
import { text } from '../../text/text.ts';

export interface DisconnectProps {
  readonly account: Account;
  readonly onClose: () => void;
}

/** Before an account is disconnected: what it created, counted, and whether that is to stay. */
export function Disconnect({ account: { id, email }, onClose }: DisconnectProps): ReactElement {
  const { connections } = text;
  const remove = useAction('accounts.remove', {
    onSuccess: () => {
      notifications.show({ message: connections.disconnected(email) });
      onClose();
    },
  });
  return (
    <KeepOrRemove
      title={connections.disconnectTitle(email)}
      of={{ method: 'accounts.created', id }}
      keepAction={connections.disconnectKeep}
      removeAction={connections.disconnectRemove}
      pending={remove.isPending}
      onConfirm={(deleteEvents) => remove.mutate({ id, deleteEvents })}
      onClose={onClose}
    />
  );
}
