import { Radio, Skeleton, Stack } from '@mantine/core';
import { type ReactElement, useState } from 'react';
import { useAnswer } from '../program/use-program.ts';
import { text } from '../text/text.ts';
import styles from './confirm.module.css';
import { Confirm } from './confirm.tsx';

export interface KeepOrRemoveProps {
  readonly title: string;
  /** What is taken away. */
  readonly of: { readonly method: 'accounts.created' | 'mappings.created'; readonly id: string };
  readonly keepAction: string;
  readonly removeAction: (count: number) => string;
  readonly pending: boolean;
  readonly onConfirm: (deleteEvents: boolean) => void;
  readonly onClose: () => void;
}

/** Before something is disconnected: what it has created, counted, and whether that is to stay. */
export function KeepOrRemove(props: KeepOrRemoveProps): ReactElement {
  const { title, of, keepAction, removeAction, pending, onConfirm, onClose } = props;
  const [remove, setRemove] = useState(false);
  const { data, isError } = useAnswer(of.method, { id: of.id });
  const created = data === undefined ? 0 : data.events + data.busyBlocks;
  const { connections } = text;
  return (
    <Confirm
      opened
      title={title}
      danger={remove}
      action={remove ? removeAction(created) : keepAction}
      pending={pending}
      onConfirm={() => onConfirm(remove)}
      onClose={onClose}
    >
      {isError && <p>{connections.countingFailed}</p>}
      {data === undefined && !isError && <Skeleton height={96} radius="md" />}
      {data !== undefined && created === 0 && <p>{connections.disconnectNothing}</p>}
      {data !== undefined && created > 0 && (
        <Radio.Group
          classNames={{ label: styles.question ?? '' }}
          label={connections.disconnectBody(
            connections.events(data.events),
            connections.blocks(data.busyBlocks),
          )}
          value={remove ? 'remove' : 'keep'}
          onChange={(value) => setRemove(value === 'remove')}
        >
          <Stack gap="xs" mt="sm">
            <Radio value="keep" label={connections.keep} />
            <Radio value="remove" label={connections.remove} />
          </Stack>
        </Radio.Group>
      )}
    </Confirm>
  );
}
