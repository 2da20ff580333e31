import { Button, Menu } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import IconChevronDown from '@tabler/icons-react/icons/IconChevronDown';
import type { ReactElement } from 'react';
import type { Input } from '../../../shared/rpc/contract.ts';
import { saveFile } from '../../program/save-file.ts';
import { useAction } from '../../program/use-program.ts';
import { text } from '../../text/text.ts';

/** Saves everything that the filters let through as a file. */
export function ExportMenu({ filter }: { readonly filter: Omit<Input<'logs.query'>, 'page'> }): ReactElement {
  const save = useAction('logs.export', {
    onSuccess: ({ fileName, text: content }, { format }) => {
      saveFile(fileName, content, `${format === 'json' ? 'application/json' : 'text/csv'};charset=utf-8`);
      notifications.show({ message: text.log.exported(fileName) });
    },
  });
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button
          variant="default"
          loading={save.isPending}
          rightSection={<IconChevronDown size={16} aria-hidden />}
        >
          {text.log.exportAs}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => save.mutate({ ...filter, format: 'csv' })}>{text.log.exportCsv}</Menu.Item>
        <Menu.Item onClick={() => save.mutate({ ...filter, format: 'json' })}>
          {text.log.exportJson}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
