import { Button, Group, Modal, Select, Stack } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useVirtualizer } from '@tanstack/react-virtual';
import { strToU8, zipSync } from 'fflate';
import { type ReactElement, useMemo, useRef, useState } from 'react';
import type { Output } from '../../../shared/rpc/contract.ts';
import { FocusBack } from '../../components/focus-back.tsx';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { now } from '../../program/clock.ts';
import { saveFile } from '../../program/save-file.ts';
import { joined, text } from '../../text/text.ts';
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
      <FocusBack />
      <Stack>
        <p>{settings.diagnosticsBody}</p>
        <Select
          label={settings.diagnosticsFile}
          data={files.map((file) => file.name)}
          value={name}
          onChange={(value) => setName(value ?? '')}
          allowDeselect={false}
        />
        <Content key={name} content={files.find((file) => file.name === name)?.text ?? ''} />
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

const LINE_HEIGHT = 20;

/** A file, whole; only the lines in sight are in the document, however many it has. */
function Content({ content }: { readonly content: string }): ReactElement {
  const box = useRef<HTMLElement>(null);
  const lines = useMemo(() => content.trimEnd().split('\n'), [content]);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: () => LINE_HEIGHT,
    overscan: 20,
  });
  const { settings } = text;
  return (
    <div>
      <p className={styles.label}>
        {joined(settings.diagnosticsContent, settings.diagnosticsLines(lines.length))}
      </p>
      <ScrollRegion className={styles.fileBox} ref={box} label={settings.diagnosticsContent}>
        <div className={styles.fileLines} style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ key, index, start }) => (
            <div
              key={key}
              ref={virtual.measureElement}
              data-index={index}
              className={styles.fileLine}
              style={{ transform: `translateY(${start}px)` }}
            >
              {lines[index] || '\u00a0'}
            </div>
          ))}
        </div>
      </ScrollRegion>
    </div>
  );
}
