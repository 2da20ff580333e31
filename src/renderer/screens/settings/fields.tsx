import { Button, NumberInput, SegmentedControl, Switch, TextInput } from '@mantine/core';
import { type ReactElement, useState } from 'react';
import { Settings, type SettingsView } from '../../../shared/domain/settings.ts';
import { FormError } from '../../components/form-error.tsx';
import { text } from '../../text/text.ts';
import { submitting } from '../connections/form-actions.tsx';
import { Locked } from './section.tsx';
import styles from './settings.module.css';
import { isLocked, useSettingChange } from './use-settings.ts';

interface FieldProps<Value> {
  readonly view: SettingsView;
  readonly name: { [N in keyof Settings]: Settings[N] extends Value ? N : never }[keyof Settings];
}

/** One that is on or off. */
export function SwitchField({ view, name }: FieldProps<boolean>): ReactElement {
  const { change, error } = useSettingChange();
  const locked = isLocked(view, name);
  return (
    <div>
      <Switch
        label={text.settings[name]}
        checked={view.values[name]}
        disabled={locked}
        description={locked ? <Locked /> : undefined}
        onChange={(event) => change({ [name]: event.currentTarget.checked })}
      />
      <FormError error={error} />
    </div>
  );
}

/** A text that may be empty; saved when it is meant, not with every letter. */
export function TextField({
  view,
  name,
}: FieldProps<string | null> & { name: 'proxyUrl' | 'caFile' }): ReactElement {
  const { change, pending, error } = useSettingChange();
  const value = view.values[name] ?? '';
  const [draft, setDraft] = useState(value);
  const locked = isLocked(view, name);
  const hint = { proxyUrl: text.settings.proxyUrlHint, caFile: text.settings.caFileHint }[name];
  const shown = locked ? value : draft;
  const [invalid, setInvalid] = useState(false);
  const submit = (): void => {
    const next = draft.trim() === '' ? null : draft.trim();
    const isValid = Settings.shape[name].safeParse(next).success;
    setInvalid(!isValid);
    if (isValid) change({ [name]: next });
  };
  return (
    <form className={styles.field} onSubmit={submitting(submit)}>
      <TextInput
        className={styles.input ?? ''}
        label={text.settings[name]}
        description={locked ? <Locked /> : hint}
        value={shown}
        disabled={locked}
        error={invalid && text.settings.invalid}
        spellCheck={false}
        onChange={(event) => setDraft(event.currentTarget.value)}
      />
      {!locked && draft.trim() !== value && (
        <Button type="submit" loading={pending}>
          {text.common.save}
        </Button>
      )}
      <FormError error={error} />
    </form>
  );
}

/** How often a sync begins by itself, within the bounds that the organisation sets. */
export function IntervalField({ view }: { readonly view: SettingsView }): ReactElement {
  const { change, pending, error } = useSettingChange();
  const value = view.values.intervalMinutes;
  const [draft, setDraft] = useState<number | string>(value);
  const { min, max } = view.intervalBounds;
  const locked = isLocked(view, 'intervalMinutes');
  return (
    <form
      className={styles.field}
      onSubmit={submitting(() => change({ intervalMinutes: Math.min(max, Math.max(min, Number(draft))) }))}
    >
      <NumberInput
        className={styles.input ?? ''}
        label={text.settings.interval}
        description={locked ? <Locked /> : text.settings.intervalHint(min, max)}
        value={locked ? value : draft}
        onChange={setDraft}
        min={min}
        max={max}
        allowDecimal={false}
        disabled={locked}
        hideControls
      />
      {!locked && draft !== '' && draft !== value && (
        <Button type="submit" loading={pending}>
          {text.common.save}
        </Button>
      )}
      <FormError error={error} />
    </form>
  );
}

const THEMES = ['system', 'light', 'dark'] as const;

/** Light, dark, or as the computer has it. */
export function ThemeField({ view }: { readonly view: SettingsView }): ReactElement {
  const { change, error } = useSettingChange();
  const locked = isLocked(view, 'theme');
  return (
    <div>
      <SegmentedControl
        aria-label={text.settings.theme}
        value={view.values.theme}
        disabled={locked}
        onChange={(value) => change({ theme: value as Settings['theme'] })}
        data={THEMES.map((value) => ({ value, label: text.settings.themes[value] }))}
      />
      {locked && (
        <div>
          <Locked />
        </div>
      )}
      <FormError error={error} />
    </div>
  );
}
