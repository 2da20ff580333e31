import { Button, Drawer } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type FormEvent, type ReactElement, useState } from 'react';
import type { Mapping } from '../../../shared/domain/mapping.ts';
import { FocusBack } from '../../components/focus-back.tsx';
import { FormError } from '../../components/form-error.tsx';
import { useAction, useSnapshot } from '../../program/use-program.ts';
import { text } from '../../text/text.ts';
import { Preview } from '../preview/preview.tsx';
import { useCalendarName } from './calendar-name.ts';
import { changesOf, draftOf, type MappingDraft, newDraft } from './mapping-draft.ts';
import { MappingFields } from './mapping-fields.tsx';
import styles from './mappings.module.css';

export interface MappingEditorProps {
  /** Null for a new one. */
  readonly mapping: Mapping | null;
  readonly onClose: () => void;
}

/** Every choice of a mapping; what it would do can be seen before it is saved. */
export function MappingEditor({ mapping, onClose }: MappingEditorProps): ReactElement {
  const { accounts, technician } = useSnapshot();
  const name = useCalendarName(mapping);
  const [draft, setDraft] = useState<MappingDraft>(
    mapping === null ? newDraft(accounts[0], technician?.id ?? '') : draftOf(mapping),
  );
  const preview = useAction('mappings.preview', { onError: ignore });
  const saved = (message: string) => (): void => {
    notifications.show({ message });
    onClose();
  };
  const add = useAction('mappings.add', { onSuccess: saved(text.mappings.added), onError: ignore });
  const update = useAction('mappings.update', { onSuccess: saved(text.mappings.saved), onError: ignore });

  const change = (changes: Partial<MappingDraft>): void => {
    setDraft({ ...draft, ...changes });
    // What was previewed is no longer what would be saved.
    preview.reset();
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (mapping === null) add.mutate(draft);
    else update.mutate({ id: mapping.id, changes: changesOf(draft) });
  };
  const look = (): void =>
    preview.mutate(
      mapping === null
        ? { kind: 'new', mapping: draft }
        : { kind: 'changed', id: mapping.id, changes: changesOf(draft) },
    );

  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size={520}
      lockScroll={false}
      title={mapping === null ? text.mappings.editorAdd : text.mappings.editorChange(name)}
      closeButtonProps={{ 'aria-label': text.common.close }}
    >
      <FocusBack />
      <form className={styles.form} onSubmit={submit}>
        <MappingFields draft={draft} isNew={mapping === null} onChange={change} />
        <Preview
          result={preview.data}
          error={preview.error}
          loading={preview.isPending}
          hint={text.mappings.previewFirst}
        />
        <FormError error={add.error ?? update.error} />
        <div className={styles.footer}>
          <Button variant="default" onClick={onClose}>
            {text.common.cancel}
          </Button>
          <Button
            variant="default"
            onClick={look}
            loading={preview.isPending}
            disabled={draft.calendarId === ''}
          >
            {text.mappings.preview}
          </Button>
          <Button
            type="submit"
            loading={add.isPending || update.isPending}
            disabled={draft.calendarId === ''}
          >
            {text.common.save}
          </Button>
        </div>
      </form>
    </Drawer>
  );
}

/** The form shows it itself. */
const ignore = (): void => undefined;
