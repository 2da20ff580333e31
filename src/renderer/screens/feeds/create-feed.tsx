import { Checkbox, Modal, SegmentedControl, Select } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type ReactElement, useState } from 'react';
import { Visibility } from '../../../shared/domain/mapping.ts';
import { AppError } from '../../../shared/rpc/errors.ts';
import { FocusBack } from '../../components/focus-back.tsx';
import { FormError } from '../../components/form-error.tsx';
import { useAction, useAnswer, useSnapshot } from '../../program/use-program.ts';
import { text } from '../../text/text.ts';
import { FormActions, submitting } from '../connections/form-actions.tsx';
import { ChoiceCards } from '../mappings/choice-cards.tsx';
import styles from './feeds.module.css';

export interface CreateFeedProps {
  readonly onCreated: () => void;
  readonly onClose: () => void;
}

const KINDS = ['technician', 'project'] as const;
type Kind = (typeof KINDS)[number];

/** Whose bookings, who sees what of them, and where it works. Shows as little as possible unless asked. */
export function CreateFeed({ onCreated, onClose }: CreateFeedProps): ReactElement {
  const { technician } = useSnapshot();
  const [kind, setKind] = useState<Kind>('technician');
  const [technicianId, setTechnicianId] = useState(technician?.id ?? '');
  const [projectId, setProjectId] = useState('');
  const [visibility, setVisibility] = useState<Visibility>('busy-only');
  const [publish, setPublish] = useState(false);
  const { feeds } = text;
  const create = useAction('feeds.create', {
    onError: () => undefined,
    onSuccess: ({ name }) => {
      notifications.show({ message: feeds.created(name) });
      onCreated();
    },
  });
  const submit = (): void =>
    create.mutate({
      ...(kind === 'technician' ? { technicianId } : { projectId }),
      visibility,
      publish,
    });
  return (
    <Modal
      opened
      onClose={onClose}
      title={feeds.createTitle}
      centered
      lockScroll={false}
      closeButtonProps={{ 'aria-label': text.common.close }}
    >
      <FocusBack />
      <form className={styles.form} onSubmit={submitting(submit)}>
        <SegmentedControl
          aria-label={feeds.kind}
          value={kind}
          onChange={(value) => setKind(value as Kind)}
          data={KINDS.map((value) => ({ value, label: feeds.kinds[value] }))}
        />
        {kind === 'technician' ? (
          <Whose
            method="technicians.list"
            label={feeds.technician}
            value={technicianId}
            onChange={setTechnicianId}
          />
        ) : (
          <Whose method="projects.list" label={feeds.project} value={projectId} onChange={setProjectId} />
        )}
        <ChoiceCards
          label={feeds.visibility}
          value={visibility}
          onChange={setVisibility}
          choices={Visibility.options.map((value) => ({ value, ...feeds.visibilities[value] }))}
        />
        <Checkbox
          label={feeds.publish}
          description={feeds.publishHint}
          checked={publish}
          onChange={(event) => setPublish(event.currentTarget.checked)}
        />
        <FormError error={inWords(create.error, publish)} />
        <FormActions
          action={feeds.create}
          pending={create.isPending}
          disabled={(kind === 'technician' ? technicianId : projectId) === ''}
          onClose={onClose}
        />
      </form>
    </Modal>
  );
}

interface WhoseProps {
  readonly method: 'technicians.list' | 'projects.list';
  readonly label: string;
  readonly value: string;
  readonly onChange: (id: string) => void;
}

function Whose({ method, label, value, onChange }: WhoseProps): ReactElement {
  const { data, error } = useAnswer(method, {});
  const items = data?.items ?? [];
  const isEmpty = data !== undefined && items.length === 0;
  return (
    <Select
      key={method}
      label={label}
      data={items.map(({ id, name }) => ({ value: id, label: name }))}
      value={value === '' ? null : value}
      onChange={(id) => onChange(id ?? '')}
      description={isEmpty && method === 'projects.list' ? text.feeds.noProjects : undefined}
      error={error?.message}
      searchable={items.length > 8}
      allowDeselect={false}
      required
    />
  );
}

/** The program's sentence names the command's option; here it is a tick. */
const inWords = (error: AppError | null, publish: boolean): AppError | null =>
  publish && error?.code === 'PRECONDITION_FAILED'
    ? new AppError(error.code, text.feeds.cannotPublish)
    : error;
