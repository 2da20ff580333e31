import { Button, Group, Modal, Select, Stack, Textarea } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { strToU8, zipSync } from 'fflate';
import { type ReactElement, useState } from 'react';
import type { Output } from '../../../shared/rpc/contract.ts';
import { now } from '../../program/clock.ts';
import { saveFile } from '../../program/save-file.ts';
import { text } from '../../text/text.ts';
import styles from './settings.module.css';

type File = Output<'diagnostics.collect'>['items'][number];

export interface DiagnosticsProps {
  readonly files: readonly File[];
  readonly onClose: () => void;
}

/** What support would get, file by file, before it is saved. */
export function Diagnostics({ files, onClose }: DiagnosticsProps): ReactElement {
  const [name, setName] = useState(files[0]?.name ?? '');
  const { settings } = text;
  const save = (): void => {
    const fileName = `calendar-sync-diagnostics-${now().toISOString().slice(0, 10)}.zip`;
    const content = zipSync(Object.fromEntries(files.map((file) => [file.name, strToU8(file.text)])));
    saveFile(fileName, content, 'application/zip');
    notifications.show({ message: settings.diagnosticsSaved(fileName) });
    onClose();
  };
  return (
    <Modal
      opened
      onClose={onClose}
      size={720}
      title={settings.diagnosticsTitle}
      centered
      lockScroll={false}
      closeButtonProps={{ 'aria-label': text.common.close }}
    >
      <Stack>
        <p>{settings.diagnosticsBody}</p>
        <Select
          label={settings.diagnosticsFile}
          data={files.map((file) => file.name)}
          value={name}
          onChange={(value) => setName(value ?? '')}
          allowDeselect={false}
        />
        <Textarea
          label={settings.diagnosticsContent}
          classNames={{ input: styles.file ?? '' }}
          value={files.find((file) => file.name === name)?.text.slice(0, SHOWN) ?? ''}
          rows={12}
          readOnly
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {text.common.cancel}
          </Button>
          <Button onClick={save}>{settings.diagnosticsSave}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}

/** Characters of a file that are shown; a log can have a thousand times as many. */
const SHOWN = 200_000;
