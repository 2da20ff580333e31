import {
  Checkbox,
  Collapse,
  NumberInput,
  Select,
  Stack,
  Switch,
  TextInput,
  UnstyledButton,
} from '@mantine/core';
import IconChevronDown from '@tabler/icons-react/icons/IconChevronDown';
import IconChevronRight from '@tabler/icons-react/icons/IconChevronRight';
import { type ReactElement, useState } from 'react';
import {
  Direction,
  imports,
  OnDelete,
  SkipKind,
  Visibility,
  writesEvents,
} from '../../../shared/domain/mapping.ts';
import { useAnswer, useSnapshot } from '../../program/use-program.ts';
import { text } from '../../text/text.ts';
import { ChoiceCards } from './choice-cards.tsx';
import { canWrite, type MappingDraft } from './mapping-draft.ts';
import styles from './mappings.module.css';

export interface MappingFieldsProps {
  readonly draft: MappingDraft;
  readonly isNew: boolean;
  readonly onChange: (changes: Partial<MappingDraft>) => void;
}

/** The choices of a mapping; those that few people need are folded away. */
export function MappingFields({ draft, isNew, onChange }: MappingFieldsProps): ReactElement {
  const [more, setMore] = useState(false);
  const { mappings } = text;
  return (
    <>
      {isNew && <CalendarChoice draft={draft} onChange={onChange} />}
      <DirectionChoice draft={draft} onChange={onChange} />
      {imports(draft.direction) && (
        <ChoiceCards
          label={mappings.visibility}
          value={draft.visibility}
          onChange={(visibility) => onChange({ visibility })}
          choices={Visibility.options.map((value) => ({
            value,
            name: mappings.visibilities[value],
            hint: mappings.visibilityHints[value],
          }))}
        />
      )}
      <UnstyledButton
        className={styles.open ?? ''}
        aria-expanded={more}
        onClick={() => setMore(!more)}
        type="button"
      >
        {more ? <IconChevronDown size={14} aria-hidden /> : <IconChevronRight size={14} aria-hidden />}{' '}
        {mappings.more_}
      </UnstyledButton>
      <Collapse expanded={more}>
        {more && (
          <Stack gap="md">
            <People draft={draft} onChange={onChange} />
            {writesEvents(draft.direction) && (
              <Select
                label={mappings.onDelete}
                value={draft.onDelete}
                allowDeselect={false}
                onChange={(value) => onChange({ onDelete: OnDelete.parse(value) })}
                data={OnDelete.options.map((value) => ({ value, label: mappings.onDeletes[value] }))}
              />
            )}
            <div className={styles.pair}>
              <NumberInput
                label={mappings.pastDays}
                value={draft.pastDays}
                min={0}
                max={3650}
                allowDecimal={false}
                onChange={(value) => onChange({ pastDays: Number(value) })}
              />
              <NumberInput
                label={mappings.futureDays}
                value={draft.futureDays}
                min={1}
                max={3650}
                allowDecimal={false}
                onChange={(value) => onChange({ futureDays: Math.max(1, Number(value)) })}
              />
            </div>
            {imports(draft.direction) && <Filters draft={draft} onChange={onChange} />}
            <Switch
              label={mappings.enabled}
              checked={draft.enabled}
              onChange={(event) => onChange({ enabled: event.currentTarget.checked })}
            />
          </Stack>
        )}
      </Collapse>
    </>
  );
}

type FieldProps = Pick<MappingFieldsProps, 'draft' | 'onChange'>;

function CalendarChoice({ draft, onChange }: FieldProps): ReactElement {
  const { accounts, mappings: mapped } = useSnapshot();
  const calendars = useAnswer(
    'calendars.list',
    { accountId: draft.accountId },
    { enabled: draft.accountId !== '' },
  );
  const taken = new Set(
    mapped.filter((one) => one.accountId === draft.accountId).map((one) => one.calendarId),
  );
  const { mappings } = text;
  return (
    <>
      <Select
        label={mappings.account}
        value={draft.accountId}
        allowDeselect={false}
        onChange={(accountId) => onChange({ accountId: accountId ?? '', calendarId: '' })}
        data={accounts.map(({ id, provider, email }) => ({
          value: id,
          label: `${text.desktop.providers[provider]} · ${email}`,
        }))}
      />
      <Select
        label={mappings.calendar}
        value={draft.calendarId === '' ? null : draft.calendarId}
        placeholder={calendars.isPending ? text.common.loading : ''}
        error={calendars.error?.message}
        searchable
        onChange={(calendarId) => {
          const chosen = calendars.data?.items.find(({ id }) => id === calendarId);
          const readOnly = chosen !== undefined && !chosen.writable;
          onChange({ calendarId: calendarId ?? '', ...(readOnly && { direction: 'import' }) });
        }}
        data={(calendars.data?.items ?? [])
          .filter(({ id }) => !taken.has(id))
          .map(({ id, name, writable }) => ({
            value: id,
            label: writable ? name : mappings.calendarReadOnly(name),
          }))}
      />
    </>
  );
}

function DirectionChoice({ draft, onChange }: FieldProps): ReactElement {
  const { accounts } = useSnapshot();
  const account = accounts.find(({ id }) => id === draft.accountId);
  const readOnly = account !== undefined && !canWrite(account);
  const { mappings } = text;
  return (
    <ChoiceCards
      label={mappings.direction}
      value={draft.direction}
      onChange={(direction) => onChange({ direction })}
      hint={readOnly ? mappings.readOnlyAccount : undefined}
      choices={Direction.options.map((value) => ({
        value,
        name: mappings.directions[value],
        hint: mappings.directionHints[value],
        disabled: readOnly && writesEvents(value),
      }))}
    />
  );
}

function People({ draft, onChange }: FieldProps): ReactElement {
  const { technician } = useSnapshot();
  const technicians = useAnswer('technicians.list', {});
  const projects = useAnswer('projects.list', {});
  const people = technicians.data?.items ?? (technician === null ? [] : [technician]);
  const { mappings } = text;
  return (
    <>
      <Select
        label={mappings.technician}
        value={draft.technicianId}
        allowDeselect={false}
        searchable
        error={technicians.error?.message}
        onChange={(technicianId) => technicianId !== null && onChange({ technicianId })}
        data={people.map(({ id, name }) => ({ value: id, label: name }))}
      />
      {writesEvents(draft.direction) && (
        <Select
          label={mappings.project}
          value={draft.projectId}
          placeholder={mappings.allProjects}
          clearable
          searchable
          error={projects.error?.message}
          onChange={(projectId) => onChange({ projectId })}
          data={(projects.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
        />
      )}
    </>
  );
}

function Filters({ draft, onChange }: FieldProps): ReactElement {
  const { mappings } = text;
  return (
    <>
      <Checkbox.Group
        label={mappings.skip}
        value={draft.skip}
        onChange={(skip) => onChange({ skip: SkipKind.options.filter((kind) => skip.includes(kind)) })}
      >
        <Stack gap={6} mt={6}>
          {SkipKind.options.map((kind) => (
            <Checkbox key={kind} value={kind} label={mappings.skips[kind]} />
          ))}
        </Stack>
      </Checkbox.Group>
      <TextInput
        label={mappings.skipTitle}
        description={mappings.skipTitleHint}
        value={draft.skipTitle ?? ''}
        onChange={(event) =>
          onChange({ skipTitle: event.currentTarget.value === '' ? null : event.currentTarget.value })
        }
      />
    </>
  );
}
