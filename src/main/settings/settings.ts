import {
  DEFAULT_SETTINGS,
  SETTING_NAMES,
  type SettingName,
  Settings,
  type SettingsView,
} from '../../shared/domain/settings.ts';
import { AppError } from '../../shared/rpc/errors.ts';
import type { SettingsFile } from '../ports.ts';
import type { Policy } from './policy.ts';

/**
 * The settings in force: what the organisation enforces, else what was chosen here, else the organisation's defaults,
 * else our own. Only what was chosen is stored, so that a default that changes later reaches everybody who kept it.
 */
export class SettingsStore {
  readonly #file: SettingsFile;
  readonly #policy: Policy;
  readonly #listeners = new Set<(view: SettingsView) => void>();
  #view: SettingsView | null = null;

  constructor(file: SettingsFile, policy: Policy) {
    this.#file = file;
    this.#policy = policy;
  }

  view(): SettingsView {
    this.#view ??= resolve(this.#file.read(), this.#policy);
    return this.#view;
  }

  values(): Settings {
    return this.view().values;
  }

  /**
   * Changes what is named and keeps the rest; undefined goes back to the default.
   * @throws AppError POLICY_LOCKED when the organisation has set one of them; INVALID_INPUT when a value cannot be
   *   used. Then nothing is changed.
   */
  change(changes: { readonly [Name in SettingName]?: Settings[Name] | undefined }): SettingsView {
    // What a newer version keeps there stays.
    const stored = recordOf(this.#file.read());
    for (const [name, value] of Object.entries(changes) as [SettingName, unknown][]) {
      if (name in this.#policy.enforced) {
        throw new AppError(
          'POLICY_LOCKED',
          'This setting is managed by your organisation. Ask IT to change it.',
          {
            detail: name,
          },
        );
      }
      if (value === undefined) delete stored[name];
      else stored[name] = this.#usable(name, value);
    }
    this.#file.write(stored);
    this.#view = null;
    const view = this.view();
    for (const listener of this.#listeners) listener(view);
    return view;
  }

  /** @returns a function that ends it */
  onChange(listener: (view: SettingsView) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #usable(name: SettingName, value: unknown): unknown {
    const result = Settings.shape[name].safeParse(value);
    if (!result.success) {
      throw new AppError('INVALID_INPUT', `That value cannot be used: ${result.error.issues[0]?.message}.`, {
        detail: name,
      });
    }
    const { min, max } = this.#policy.intervalBounds;
    if (name === 'intervalMinutes' && (Number(value) < min || Number(value) > max)) {
      throw new AppError(
        'POLICY_LOCKED',
        `Your organisation allows an interval from ${min} to ${max} minutes. Choose one of those.`,
        { detail: name },
      );
    }
    return result.data;
  }
}

function resolve(stored: unknown, policy: Policy): SettingsView {
  const problems = [...policy.problems];
  const values = {
    ...DEFAULT_SETTINGS,
    ...policy.defaults,
    ...chosenIn(stored, problems),
    ...policy.enforced,
  } as Settings;
  const { min, max } = policy.intervalBounds;
  const isEnforced = policy.enforced.intervalMinutes !== undefined;
  return {
    values: isEnforced
      ? values
      : { ...values, intervalMinutes: Math.min(max, Math.max(min, values.intervalMinutes)) },
    locked: SETTING_NAMES.filter((name) => name in policy.enforced),
    intervalBounds: policy.intervalBounds,
    problems,
  };
}

/** What was chosen here, as far as it can be used; the file may have been edited by hand or by a newer version. */
function chosenIn(stored: unknown, problems: string[]): Partial<Record<SettingName, unknown>> {
  const chosen: Partial<Record<SettingName, unknown>> = {};
  const values = recordOf(stored);
  for (const name of SETTING_NAMES) {
    const value = values[name];
    if (value === undefined) continue;
    const result = Settings.shape[name].safeParse(value);
    if (result.success) chosen[name] = result.data;
    else problems.push(`The setting ${name} cannot be used as it is stored; its default is in force.`);
  }
  return chosen;
}

const recordOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? { ...value } : {};
