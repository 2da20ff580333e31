import { Button, Group, Radio, Stack, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type ReactElement, useState } from 'react';
import { Confirm } from '../../components/confirm.tsx';
import { FormError } from '../../components/form-error.tsx';
import { useAction } from '../../program/use-program.ts';
import { listText, text } from '../../text/text.ts';
import { Section } from './section.tsx';

type Opened = 'backup' | 'restore' | 'reset';

interface DialogProps {
  readonly onClose: () => void;
}

/** What this computer knows: kept in a file, taken from one, or forgotten. */
export function DataSection(): ReactElement {
  const [opened, setOpened] = useState<Opened | null>(null);
  const close = (): void => setOpened(null);
  const { settings } = text;
  return (
    <Section title={settings.data} hint={settings.dataHint}>
      <Group>
        {(['backup', 'restore', 'reset'] as const).map((what) => (
          <Button key={what} variant="default" onClick={() => setOpened(what)}>
            {settings[what]}
          </Button>
        ))}
      </Group>
      {opened === 'backup' && <Backup onClose={close} />}
      {opened === 'restore' && <Restore onClose={close} />}
      {opened === 'reset' && <Reset onClose={close} />}
    </Section>
  );
}

function Backup({ onClose }: DialogProps): ReactElement {
  const [file, setFile] = useState('');
  const { settings } = text;
  const backup = useAction('data.backup', {
    onError: ignore,
    onSuccess: () => done(settings.backedUp(file), onClose),
  });
  return (
    <Confirm
      opened
      title={settings.backupTitle}
      action={settings.backupAction}
      pending={backup.isPending}
      disabled={file.trim() === ''}
      onConfirm={() => backup.mutate({ file: file.trim() })}
      onClose={onClose}
    >
      <Stack>
        <p>{settings.backupBody}</p>
        <FileInput file={file} onChange={setFile} />
        <FormError error={backup.error} />
      </Stack>
    </Confirm>
  );
}

function Restore({ onClose }: DialogProps): ReactElement {
  const [file, setFile] = useState('');
  const { settings } = text;
  const restore = useAction('data.restore', {
    onError: ignore,
    onSuccess: ({ accounts, mappings, needSignIn, keptAs }) =>
      done(
        [
          settings.restored(settings.accounts(accounts), settings.mappings(mappings)),
          ...(needSignIn.length > 0
            ? [settings.needSignIn(listText(needSignIn.map(({ email }) => email)))]
            : []),
          ...(keptAs === null ? [] : [settings.keptAs(keptAs)]),
        ].join(' '),
        onClose,
      ),
  });
  return (
    <Confirm
      opened
      title={settings.restoreTitle}
      action={settings.restoreAction}
      danger
      pending={restore.isPending}
      disabled={file.trim() === ''}
      onConfirm={() => restore.mutate({ file: file.trim() })}
      onClose={onClose}
    >
      <Stack>
        <p>{settings.restoreBody}</p>
        <FileInput file={file} onChange={setFile} />
        <FormError error={restore.error} />
      </Stack>
    </Confirm>
  );
}

function Reset({ onClose }: DialogProps): ReactElement {
  const [keepAccounts, setKeepAccounts] = useState(true);
  const { settings } = text;
  const reset = useAction('data.reset', {
    onError: ignore,
    onSuccess: ({ backup }) => done(settings.resetDone(backup), onClose),
  });
  return (
    <Confirm
      opened
      title={settings.resetTitle}
      action={keepAccounts ? settings.resetKeepAction : settings.resetAction}
      danger
      pending={reset.isPending}
      onConfirm={() => reset.mutate({ keepAccounts })}
      onClose={onClose}
    >
      <Stack>
        <p>{settings.resetBody}</p>
        <Radio.Group
          aria-label={settings.resetTitle}
          value={keepAccounts ? 'keep' : 'all'}
          onChange={(value) => setKeepAccounts(value === 'keep')}
        >
          <Stack gap="xs">
            <Radio value="keep" label={settings.resetKeep} />
            <Radio value="all" label={settings.resetAll} />
          </Stack>
        </Radio.Group>
        <FormError error={reset.error} />
      </Stack>
    </Confirm>
  );
}

interface FileInputProps {
  readonly file: string;
  readonly onChange: (file: string) => void;
}

const FileInput = ({ file, onChange }: FileInputProps): ReactElement => (
  <TextInput
    label={text.settings.file}
    description={text.settings.fileHint}
    value={file}
    onChange={(event) => onChange(event.currentTarget.value)}
    spellCheck={false}
    required
  />
);

function done(message: string, onClose: () => void): void {
  notifications.show({ message, autoClose: 12_000 });
  onClose();
}

/** The dialog shows it itself. */
const ignore = (): void => undefined;
