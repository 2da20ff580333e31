import { Button, Group, Radio, Stack, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type ReactElement, useState } from 'react';
import type { BackupContent } from '../../../shared/domain/backup-content.ts';
import type { SettingsView } from '../../../shared/domain/settings.ts';
import { momentText } from '../../../shared/text/moment.ts';
import { Confirm } from '../../components/confirm.tsx';
import { FormError } from '../../components/form-error.tsx';
import { useReader } from '../../program/clock.ts';
import { useAction, useSnapshot } from '../../program/use-program.ts';
import { joined, listText, text } from '../../text/text.ts';
import { NumberField } from './fields.tsx';
import { Fact, Section } from './section.tsx';
import styles from './settings.module.css';

type Opened = 'backup' | 'restore' | 'reset';

interface DialogProps {
  readonly onClose: () => void;
}

/** What this computer knows: kept in a file, taken from one, or forgotten. */
export function DataSection({ view }: { readonly view: SettingsView | undefined }): ReactElement {
  const [opened, setOpened] = useState<Opened | null>(null);
  const close = (): void => setOpened(null);
  const { settings } = text;
  return (
    <Section title={settings.data} hint={settings.dataHint}>
      {view !== undefined && (
        <NumberField view={view} name="logDays" hint={settings.logDaysHint} min={1} max={3_650} />
      )}
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

/** First looks into the backup and says what it would bring and replace; restores it when that is meant. */
function Restore({ onClose }: DialogProps): ReactElement {
  const [file, setFile] = useState('');
  const { settings } = text;
  const inspect = useAction('data.inspect', { onError: ignore });
  const choose = (chosen: string): void => {
    setFile(chosen);
    inspect.reset();
  };
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
      action={inspect.data === undefined ? settings.restoreLook : settings.restoreAction}
      danger={inspect.data !== undefined}
      pending={inspect.isPending || restore.isPending}
      disabled={file.trim() === ''}
      onConfirm={() => {
        if (inspect.data === undefined) inspect.mutate({ file: file.trim() });
        else restore.mutate({ file: file.trim() });
      }}
      onClose={onClose}
    >
      <Stack>
        <p>{settings.restoreBody}</p>
        <FileInput file={file} onChange={choose} />
        <div role="status">{inspect.data !== undefined && <Exchange content={inspect.data} />}</div>
        <FormError error={inspect.error ?? restore.error} />
      </Stack>
    </Confirm>
  );
}

/** What a backup would bring, beside what is here now. */
function Exchange({ content }: { readonly content: BackupContent }): ReactElement {
  const { accounts, mappings } = useSnapshot();
  const reader = useReader();
  const { settings } = text;
  const line = (named: readonly { readonly email: string }[], count: number): string =>
    joined(
      named.length === 0 ? settings.accounts(0) : listText(named.map(({ email }) => email)),
      settings.mappings(count),
    );
  return (
    <dl className={styles.facts}>
      <Fact name={settings.backupOf(momentText(content.savedAt, reader))}>
        {line(content.accounts, content.mappings)}
      </Fact>
      <Fact name={settings.hereNow}>{line(accounts, mappings.length)}</Fact>
    </dl>
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
