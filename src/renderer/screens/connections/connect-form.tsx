import { Modal, Radio, Stack } from '@mantine/core';
import { type ReactElement, useState } from 'react';
import type { ProviderName } from '../../../shared/domain/account.ts';
import { useAction } from '../../program/use-program.ts';
import { text } from '../../text/text.ts';
import { CaldavForm } from './caldav-form.tsx';
import styles from './connections.module.css';
import { FormActions, type FormProps, submitting } from './form-actions.tsx';
import { IcsForm } from './ics-form.tsx';

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
      title={provider === null ? '' : text.connections.connectTitles[provider]}
      centered
      lockScroll={false}
      closeButtonProps={{ 'aria-label': text.common.close }}
    >
      {(provider === 'google' || provider === 'microsoft') && (
        <SignInForm provider={provider} onClose={onClose} />
      )}
      {provider === 'caldav' && <CaldavForm onClose={onClose} />}
      {provider === 'ics' && <IcsForm onClose={onClose} />}
    </Modal>
  );
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
      <FormActions
        action={connections.startSignIn(text.desktop.providers[provider])}
        pending={start.isPending}
        onClose={onClose}
      />
    </form>
  );
}
