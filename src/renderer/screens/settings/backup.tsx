import { Button, Stack } from '@mantine/core';
import { type ReactElement, useState } from 'react';
import { Confirm } from '../../components/confirm.tsx';
import { FormError } from '../../components/form-error.tsx';
import { now } from '../../program/clock.ts';
import { useAction, useAnswer } from '../../program/use-program.ts';
import { text } from '../../text/text.ts';
import { type DialogProps, FileField, ignore, sayLong } from './file-field.tsx';

/** On the desktop: where the system's own dialog says. */
export function BackupByDialog(): ReactElement {
  const { settings } = text;
  const backup = useAction('data.backup', { onSuccess: (_, { file }) => sayLong(settings.backedUp(file)) });
  const choose = useAction('files.choose', {
    onSuccess: ({ file }) => {
      if (file !== null) backup.mutate({ file });
    },
  });
  return (
    <Button
      variant="default"
      loading={choose.isPending || backup.isPending}
      onClick={() => choose.mutate({ for: 'backup' })}
    >
      {settings.backup}
    </Button>
  );
}

/** In a browser: to a path, beside the program's own backups unless another one is given. */
export function BackupByPath({ onClose }: DialogProps): ReactElement {
  const { data } = useAnswer('about.get', {});
  const [typed, setTyped] = useState<string | null>(null);
  const file = typed ?? suggestedFile(data?.paths.find(({ kind }) => kind === 'backups')?.path);
  const { settings } = text;
  const backup = useAction('data.backup', {
    onError: ignore,
    onSuccess: (_, given) => {
      sayLong(settings.backedUp(given.file));
      onClose();
    },
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
        <FileField file={file} hint={settings.fileHint} onChange={setTyped} />
        <FormError error={backup.error} />
      </Stack>
    </Confirm>
  );
}

/** `FOLDER/calendar-sync-2026-11-23.backup`, or nothing where no folder is known. */
function suggestedFile(folder: string | undefined): string {
  if (folder === undefined) return '';
  const separator = folder.includes('\\') ? '\\' : '/';
  return `${folder}${separator}calendar-sync-${now().toISOString().slice(0, 10)}.backup`;
}
