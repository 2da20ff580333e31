import { Checkbox, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type ReactElement, useState } from 'react';
import { FormError } from '../../components/form-error.tsx';
import { timeZone } from '../../program/clock.ts';
import { useAction } from '../../program/use-program.ts';
import { text } from '../../text/text.ts';
import styles from './connections.module.css';
import { FormActions, type FormProps, submitting } from './form-actions.tsx';

/** What may be unsafe about an address, each with a consent of its own. */
const RISKS = ['plain-http', 'private-network'] as const;
type Risk = (typeof RISKS)[number];

/** A published calendar by its address. What is unsafe about it is asked about, not refused for ever. */
export function IcsForm({ onClose }: FormProps): ReactElement {
  const [url, setUrl] = useState('');
  const [name, setName] = useState('');
  const [agreed, setAgreed] = useState<readonly Risk[]>([]);
  const { connections } = text;
  const connect = useAction('accounts.connectIcs', {
    onError: () => undefined,
    onSuccess: ({ events, notices }) => {
      notifications.show({ message: [connections.icsDone(events), ...notices].join(' ') });
      onClose();
    },
  });
  const agree = (risk: Risk, yes: boolean): void =>
    setAgreed([...agreed.filter((one) => one !== risk), ...(yes ? [risk] : [])]);
  const submit = (): void =>
    connect.mutate({
      url: url.trim(),
      localTimeZone: timeZone(),
      ...(name.trim() !== '' && { name: name.trim() }),
      ...(agreed.includes('plain-http') && { allowPlainHttp: true }),
      ...(agreed.includes('private-network') && { allowPrivateNetwork: true }),
    });
  return (
    <form className={styles.form} onSubmit={submitting(submit)}>
      <TextInput
        label={connections.icsUrl}
        description={connections.icsUrlHint}
        value={url}
        onChange={(event) => {
          setUrl(event.currentTarget.value);
          // It was for that address, and no other.
          setAgreed([]);
        }}
        required
        data-autofocus
      />
      <TextInput
        label={connections.icsName}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <FormError error={connect.error} />
      {RISKS.filter((risk) => risk === connect.error?.detail || agreed.includes(risk)).map((risk) => (
        <Checkbox
          key={risk}
          label={connections.icsConsents[risk]}
          checked={agreed.includes(risk)}
          onChange={(event) => agree(risk, event.currentTarget.checked)}
        />
      ))}
      <FormActions action={connections.icsAction} pending={connect.isPending} onClose={onClose} />
    </form>
  );
}
