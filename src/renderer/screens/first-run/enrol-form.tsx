import { Button, TextInput } from '@mantine/core';
import { type FormEvent, type ReactElement, useState } from 'react';
import { FormError } from '../../components/form-error.tsx';
import { useAction } from '../../program/use-program.ts';
import { text } from '../../text/text.ts';
import styles from './first-run.module.css';

export interface EnrolFormProps {
  readonly lead: string;
  readonly onEnrolled?: (technician: string) => void;
}

/** Address and code from dispatch. */
export function EnrolForm({ lead, onEnrolled }: EnrolFormProps): ReactElement {
  const [url, setUrl] = useState('');
  const [code, setCode] = useState('');
  const enrol = useAction('enrolment.enrol', {
    onError: () => undefined,
    onSuccess: ({ name }) => onEnrolled?.(name),
  });
  const { firstRun } = text;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    enrol.mutate({ url: url.trim(), code: code.trim() });
  };
  return (
    <form className={styles.form} onSubmit={submit}>
      <p className={styles.lead}>{lead}</p>
      <TextInput
        label={firstRun.enrolUrl}
        description={firstRun.enrolUrlHint}
        type="url"
        required
        value={url}
        onChange={(event) => setUrl(event.currentTarget.value)}
      />
      <TextInput
        label={firstRun.enrolCode}
        required
        autoComplete="one-time-code"
        value={code}
        onChange={(event) => setCode(event.currentTarget.value)}
      />
      <FormError error={enrol.error} />
      <div className={styles.actions}>
        <Button type="submit" size="md" loading={enrol.isPending}>
          {firstRun.enrolAction}
        </Button>
      </div>
    </form>
  );
}
