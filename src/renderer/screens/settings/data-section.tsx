import { Button, Group, Radio, Stack } from '@mantine/core';
import { type ReactElement, useState } from 'react';
import type { SettingsView } from '../../../shared/domain/settings.ts';
import { Confirm } from '../../components/confirm.tsx';
import { FormError } from '../../components/form-error.tsx';
import { useAction, useSnapshot } from '../../program/use-program.ts';
import { text } from '../../text/text.ts';
import { BackupByDialog, BackupByPath } from './backup.tsx';
import { NumberField } from './fields.tsx';
import { type DialogProps, ignore, sayLong } from './file-field.tsx';
import { RestoreByDialog, RestoreByPath } from './restore.tsx';
import { Section } from './section.tsx';

type Opened = 'backup' | 'restore' | 'reset';

/** What this computer knows: kept in a file, taken from one, or forgotten. */
export function DataSection({ view }: { readonly view: SettingsView | undefined }): ReactElement {
  const [opened, setOpened] = useState<Opened | null>(null);
  const close = (): void => setOpened(null);
  const { host } = useSnapshot();
  const { settings } = text;
  return (
    <Section title={settings.data} hint={settings.dataHint}>
      {view !== undefined && (
        <NumberField view={view} name="logDays" hint={settings.logDaysHint} min={1} max={3_650} />
      )}
      <Group>
        {host.kind === 'electron' ? (
          <>
            <BackupByDialog />
            <RestoreByDialog />
          </>
        ) : (
          (['backup', 'restore'] as const).map((what) => (
            <Button key={what} variant="default" onClick={() => setOpened(what)}>
              {settings[what]}
            </Button>
          ))
        )}
        <Button variant="default" onClick={() => setOpened('reset')}>
          {settings.reset}
        </Button>
      </Group>
      {opened === 'backup' && <BackupByPath onClose={close} />}
      {opened === 'restore' && <RestoreByPath onClose={close} />}
      {opened === 'reset' && <Reset onClose={close} />}
    </Section>
  );
}

function Reset({ onClose }: DialogProps): ReactElement {
  const [keepAccounts, setKeepAccounts] = useState(true);
  const { settings } = text;
  const reset = useAction('data.reset', {
    onError: ignore,
    onSuccess: ({ backup }) => {
      sayLong(settings.resetDone(backup));
      onClose();
    },
  });
  return (
    <Confirm
      opened
      title={settings.resetTitle}
      action={keepAccounts ? settings.resetKeepAction : settings.resetAction}
      danger
      pending={reset.isPending}
      onConfirm={() => reset.mutate({ keepAccounts })}
      onClose={onClose}
    >
      <Stack>
        <p>{settings.resetBody}</p>
        <Radio.Group
          aria-label={settings.resetTitle}
          value={keepAccounts ? 'keep' : 'all'}
          onChange={(value) => setKeepAccounts(value === 'keep')}
        >
          <Stack gap="xs">
            <Radio value="keep" label={settings.resetKeep} />
            <Radio value="all" label={settings.resetAll} />
          </Stack>
        </Radio.Group>
        <FormError error={reset.error} />
      </Stack>
    </Confirm>
  );
}
