import { PasswordInput, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type ReactElement, useState } from 'react';
import { FormError } from '../../components/form-error.tsx';
import { timeZone } from '../../program/clock.ts';
import { useAction } from '../../program/use-program.ts';
import { text } from '../../text/text.ts';
import styles from './connections.module.css';
import { FormActions, type FormProps, submitting } from './form-actions.tsx';

/** A CalDAV server with a name and a password, which go to the keychain and nowhere else. */
export function CaldavForm({ onClose }: FormProps): ReactElement {
  const [url, setUrl] = useState('');
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const { connections } = text;
  const connect = useAction('accounts.connectCaldav', {
    onError: () => undefined,
    onSuccess: ({ email }) => {
      notifications.show({ message: connections.signInDone(email) });
      onClose();
    },
  });
  const submit = (): void =>
    connect.mutate({ url: url.trim(), username: username.trim(), password, localTimeZone: timeZone() });
  return (
    <form className={styles.form} onSubmit={submitting(submit)}>
      <TextInput
        label={connections.caldavUrl}
        description={connections.caldavUrlHint}
        value={url}
        onChange={(event) => setUrl(event.currentTarget.value)}
        spellCheck={false}
        required
        data-autofocus
      />
      <TextInput
        label={connections.caldavUser}
        value={username}
        onChange={(event) => setUsername(event.currentTarget.value)}
        autoComplete="off"
        required
      />
      <PasswordInput
        label={connections.caldavPassword}
        description={connections.caldavPasswordHint}
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        autoComplete="off"
        required
      />
      <FormError error={connect.error} />
      <FormActions action={connections.caldavAction} pending={connect.isPending} onClose={onClose} />
    </form>
  );
}
