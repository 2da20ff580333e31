import { Button, NumberInput, SegmentedControl, Switch, TextInput } from '@mantine/core';
import { type ReactElement, useId, useState } from 'react';
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

const TEXT_HINTS = {
  proxyUrl: text.settings.proxyUrlHint,
  caFile: text.settings.caFileHint,
  alertWebhookUrl: text.settings.alertWebhookUrlHint,
} as const;

/** A text that may be empty; saved when it is meant, not with every letter. */
export function TextField({
  view,
  name,
}: FieldProps<string | null> & { name: keyof typeof TEXT_HINTS }): ReactElement {
  const { change, pending, error } = useSettingChange();
  const value = view.values[name] ?? '';
  const [draft, setDraft] = useState(value);
  const locked = isLocked(view, name);
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
        description={locked ? <Locked /> : TEXT_HINTS[name]}
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

/** A whole number within bounds. */
export function NumberField({
  view,
  name,
  hint,
  min,
  max,
}: FieldProps<number> & {
  /** Names the bounds. */
  readonly hint: (min: number, max: number) => string;
  readonly min: number;
  readonly max: number;
}): ReactElement {
  const { change, pending, error } = useSettingChange();
  const value = view.values[name];
  const [draft, setDraft] = useState<number | string>(value);
  const locked = isLocked(view, name);
  return (
    <form
      className={styles.field}
      onSubmit={submitting(() => change({ [name]: Math.min(max, Math.max(min, Number(draft))) }))}
    >
      <NumberInput
        className={styles.input ?? ''}
        label={text.settings[name]}
        description={locked ? <Locked /> : hint(min, max)}
        value={locked ? value : draft}
        onChange={setDraft}
        // Without a number there is nothing to save: what holds is what is shown.
        onBlur={() => draft === '' && setDraft(value)}
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

/** How often a sync begins by itself, within the bounds that the organisation sets. */
export function IntervalField({ view }: { readonly view: SettingsView }): ReactElement {
  const { min, max } = view.intervalBounds;
  const { intervalHint } = text.settings;
  return <NumberField view={view} name="intervalMinutes" hint={intervalHint} min={min} max={max} />;
}

/** One of a few. */
function ChoiceField<Name extends 'theme' | 'updateChannel'>({
  view,
  name,
  names,
}: {
  readonly view: SettingsView;
  readonly name: Name;
  /** What each is called, in the order in which they stand. */
  readonly names: Readonly<Record<Settings[Name], string>>;
}): ReactElement {
  const { change, error } = useSettingChange();
  const locked = isLocked(view, name);
  const label = useId();
  return (
    <div>
      <p className={styles.label} id={label}>
        {text.settings[name]}
      </p>
      <SegmentedControl
        aria-labelledby={label}
        value={view.values[name]}
        disabled={locked}
        onChange={(value) => change({ [name]: value })}
        data={Object.entries<string>(names).map(([value, named]) => ({ value, label: named }))}
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

/** Light, dark, or as the computer has it. */
export const ThemeField = ({ view }: { readonly view: SettingsView }): ReactElement => (
  <ChoiceField view={view} name="theme" names={text.settings.themes} />
);

/** Which versions the desktop app updates itself to. */
export const ChannelField = ({ view }: { readonly view: SettingsView }): ReactElement => (
  <ChoiceField view={view} name="updateChannel" names={text.settings.channels} />
);
