import { useQueryClient } from '@tanstack/react-query';
import type { SettingName, Settings, SettingsView } from '../../../shared/domain/settings.ts';
import type { AppError } from '../../../shared/rpc/errors.ts';
import { useAction } from '../../program/use-program.ts';

export interface SettingChange {
  readonly change: (values: Partial<Settings>) => void;
  readonly pending: boolean;
  readonly error: AppError | null;
}

/** Changes settings; what is then in force is shown at once. Failures are for the form that asked. */
export function useSettingChange(): SettingChange {
  const answers = useQueryClient();
  const { mutate, isPending, error } = useAction('settings.change', {
    onError: () => undefined,
    onSuccess: (view) => answers.setQueryData(['settings.get', {}], view),
  });
  return { change: (set) => mutate({ set }), pending: isPending, error };
}

export const isLocked = (view: SettingsView, name: SettingName): boolean => view.locked.includes(name);
