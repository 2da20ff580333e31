import { Checkbox, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type ReactElement, useState } from 'react';
import { FormError } from '../../components/form-error.tsx';
import { timeZone } from '../../program/clock.ts';
import { useAction } from '../../program/use-program.ts';
import { text } from '../../text/text.ts';
import styles from './connections.module.css';
import { FormActions, type FormProps, submitting } from './form-actions.tsx';

/** A published calendar by its address. What is unsafe about it is asked about, not refused for ever. */
export function IcsForm({ onClose }: FormProps): ReactElement {
  const [url, setUrl] = useState('');
  const [name, setName] = useState('');
  const [consent, setConsent] = useState(false);
  const { connections } = text;
  const connect = useAction('accounts.connectIcs', {
    onError: () => undefined,
    onSuccess: ({ events, notices }) => {
      notifications.show({ message: [connections.icsDone(events), ...notices].join(' ') });
      onClose();
    },
  });
  const asks = connect.error?.detail === 'plain-http' || connect.error?.detail === 'private-network';
  const submit = (): void =>
    connect.mutate({
      url: url.trim(),
      localTimeZone: timeZone(),
      ...(name.trim() !== '' && { name: name.trim() }),
      ...(consent && { allowPlainHttp: true, allowPrivateNetwork: true }),
    });
  return (
    <form className={styles.form} onSubmit={submitting(submit)}>
      <TextInput
        label={connections.icsUrl}
        description={connections.icsUrlHint}
        value={url}
        onChange={(event) => setUrl(event.currentTarget.value)}
        required
        data-autofocus
      />
      <TextInput
        label={connections.icsName}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <FormError error={connect.error} />
      {(asks || consent) && (
        <Checkbox
          label={connections.icsConsent}
          checked={consent}
          onChange={(event) => setConsent(event.currentTarget.checked)}
        />
      )}
      <FormActions action={connections.icsAction} pending={connect.isPending} onClose={onClose} />
    </form>
  );
}
