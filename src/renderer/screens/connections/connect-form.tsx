import { Button, Group, Modal, Radio, Stack } from '@mantine/core';
import { type FormEvent, type ReactElement, useState } from 'react';
import type { ProviderName } from '../../../shared/domain/account.ts';
import { useAction } from '../../program/use-program.ts';
import { text } from '../../text/text.ts';
import styles from './connections.module.css';

export interface ConnectFormProps {
  /** Null while nothing is being connected. */
  readonly provider: ProviderName | null;
  readonly onClose: () => void;
}

/** Asks for what a provider needs before it can be connected. */
export function ConnectForm({ provider, onClose }: ConnectFormProps): ReactElement {
  return (
    <Modal
      opened={provider !== null}
      onClose={onClose}
      title={provider === null ? '' : text.connections.offers[provider].name}
      centered
      lockScroll={false}
      closeButtonProps={{ 'aria-label': text.common.close }}
    >
      {(provider === 'google' || provider === 'microsoft') && (
        <SignInForm provider={provider} onClose={onClose} />
      )}
    </Modal>
  );
}

interface FormProps {
  readonly onClose: () => void;
}

function SignInForm({
  provider,
  onClose,
}: FormProps & { readonly provider: 'google' | 'microsoft' }): ReactElement {
  const [access, setAccess] = useState<'read' | 'write'>('write');
  const start = useAction('signIn.start', { onSuccess: onClose });
  const { connections } = text;
  return (
    <form className={styles.form} onSubmit={submitting(() => start.mutate({ provider, access }))}>
      <Radio.Group
        label={connections.access}
        value={access}
        onChange={(value) => setAccess(value === 'read' ? 'read' : 'write')}
      >
        <Stack gap="xs" mt="xs">
          <Radio value="write" label={connections.accessWrite} />
          <Radio value="read" label={connections.accessRead} />
        </Stack>
      </Radio.Group>
      <Actions
        action={connections.startSignIn(text.desktop.providers[provider])}
        pending={start.isPending}
        onClose={onClose}
      />
    </form>
  );
}

const Actions = ({
  action,
  pending,
  onClose,
}: FormProps & { readonly action: string; readonly pending: boolean }): ReactElement => (
  <Group justify="flex-end" mt="xs">
    <Button variant="default" onClick={onClose}>
      {text.common.cancel}
    </Button>
    <Button type="submit" loading={pending}>
      {action}
    </Button>
  </Group>
);

const submitting =
  (act: () => void) =>
  (event: FormEvent): void => {
    event.preventDefault();
    act();
  };
