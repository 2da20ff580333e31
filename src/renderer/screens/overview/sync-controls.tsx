import { Button, Menu } from '@mantine/core';
import IconChevronDown from '@tabler/icons-react/icons/IconChevronDown';
import IconRefresh from '@tabler/icons-react/icons/IconRefresh';
import type { ReactElement } from 'react';
import { type PauseChoice, pauseUntil } from '../../../shared/pause.ts';
import { reader } from '../../program/clock.ts';
import { useAction, useSnapshot } from '../../program/use-program.ts';
import { text } from '../../text/text.ts';

const PAUSES: readonly { readonly choice: PauseChoice; readonly label: string }[] = [
  { choice: 'hour', label: text.overview.pauseHour },
  { choice: 'tomorrow', label: text.overview.pauseTomorrow },
  { choice: 'resumed', label: text.overview.pauseResumed },
];

/** Pause or resume, and Sync Now, which always answers. */
export function SyncControls(): ReactElement {
  const { progress, pausedUntil, accounts } = useSnapshot();
  const sync = useAction('sync.now');
  const pause = useAction('sync.pause');
  const resume = useAction('sync.resume');
  const running = progress !== null || sync.isPending;
  return (
    <>
      {pausedUntil === null ? (
        <Menu position="bottom-end">
          <Menu.Target>
            <Button variant="default" rightSection={<IconChevronDown size={16} aria-hidden />}>
              {text.overview.pause}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {PAUSES.map(({ choice, label }) => (
              <Menu.Item key={choice} onClick={() => pause.mutate({ until: pauseUntil(choice, reader()) })}>
                {label}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      ) : (
        <Button variant="default" onClick={() => resume.mutate({})}>
          {text.overview.resume}
        </Button>
      )}
      <Button
        leftSection={<IconRefresh size={17} aria-hidden />}
        // It stays focusable while a run is on its way; a second click is the same run.
        {...((running || accounts.length === 0) && { 'data-disabled': true })}
        aria-disabled={running || accounts.length === 0}
        onClick={() => {
          if (!running && accounts.length > 0) sync.mutate({});
        }}
      >
        {running ? text.overview.syncing : text.overview.syncNow}
      </Button>
    </>
  );
}
