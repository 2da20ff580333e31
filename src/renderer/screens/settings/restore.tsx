import { Button, Stack } from '@mantine/core';
import { type ReactElement, useState } from 'react';
import type { BackupContent } from '../../../shared/domain/backup-content.ts';
import type { Output } from '../../../shared/rpc/contract.ts';
import { momentText } from '../../../shared/text/moment.ts';
import { Confirm } from '../../components/confirm.tsx';
import { FormError } from '../../components/form-error.tsx';
import { useReader } from '../../program/clock.ts';
import { useAction, useAnswer, useSnapshot } from '../../program/use-program.ts';
import { joined, listText, text } from '../../text/text.ts';
import { type DialogProps, FileField, ignore, sayLong } from './file-field.tsx';
import { Fact } from './section.tsx';
import styles from './settings.module.css';

/** On the desktop: chosen by the system's own dialog, looked into, and restored when that is meant. */
export function RestoreByDialog(): ReactElement {
  const [file, setFile] = useState<string | null>(null);
  const inspect = useAction('data.inspect', { onSuccess: (_, given) => setFile(given.file) });
  const choose = useAction('files.choose', {
    onSuccess: (chosen) => {
      if (chosen.file !== null) inspect.mutate({ file: chosen.file });
    },
  });
  const restore = useRestore(() => setFile(null));
  const { settings } = text;
  return (
    <>
      <Button
        variant="default"
        loading={choose.isPending || inspect.isPending}
        onClick={() => {
          restore.reset();
          choose.mutate({ for: 'restore' });
        }}
      >
        {settings.restore}
      </Button>
      {file !== null && inspect.data !== undefined && (
        <Confirm
          opened
          title={settings.restoreTitle}
          action={settings.restoreAction}
          danger
          pending={restore.isPending}
          onConfirm={() => restore.mutate({ file })}
          onClose={() => setFile(null)}
        >
          <Stack>
            <p>{settings.restoreBody}</p>
            <Exchange content={inspect.data} />
            <FormError error={restore.error} />
          </Stack>
        </Confirm>
      )}
    </>
  );
}

/** In a browser, by path: first looks into the backup and says what it would bring and replace. */
export function RestoreByPath({ onClose }: DialogProps): ReactElement {
  const { data: about } = useAnswer('about.get', {});
  const [file, setFile] = useState('');
  const inspect = useAction('data.inspect', { onError: ignore });
  const restore = useRestore(onClose);
  const { settings } = text;
  const kept = about?.paths.find(({ kind }) => kind === 'backups')?.path;
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
        <FileField
          file={file}
          hint={kept === undefined ? settings.fileHint : settings.restoreFileHint(kept)}
          onChange={(chosen) => {
            setFile(chosen);
            inspect.reset();
          }}
        />
        <div role="status">{inspect.data !== undefined && <Exchange content={inspect.data} />}</div>
        <FormError error={inspect.error ?? restore.error} />
      </Stack>
    </Confirm>
  );
}

function useRestore(onDone: () => void) {
  const { settings } = text;
  const summary = ({ accounts, mappings, needSignIn, keptAs }: Output<'data.restore'>): string =>
    [
      settings.restored(settings.accounts(accounts), settings.mappings(mappings)),
      ...(needSignIn.length > 0 ? [settings.needSignIn(listText(needSignIn.map(({ email }) => email)))] : []),
      ...(keptAs === null ? [] : [settings.keptAs(keptAs)]),
    ].join(' ');
  return useAction('data.restore', {
    onError: ignore,
    onSuccess: (restored) => {
      sayLong(summary(restored));
      onDone();
    },
  });
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
