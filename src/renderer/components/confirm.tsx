import { Button, Group, Modal } from '@mantine/core';
import type { ReactElement, ReactNode } from 'react';
import { text } from '../text/text.ts';
import { FocusBack } from './focus-back.tsx';

export interface ConfirmProps {
  readonly opened: boolean;
  readonly title: string;
  readonly children: ReactNode;
  /** Names what happens, with the number of entries where something is deleted. */
  readonly action: string;
  readonly danger?: boolean;
  readonly pending: boolean;
  /** While something is still to be filled in. */
  readonly disabled?: boolean;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

/** Asks before something that cannot simply be taken back. The safe answer has the focus. */
export const Confirm = ({
  opened,
  title,
  children,
  action,
  danger = false,
  pending,
  disabled = false,
  onConfirm,
  onClose,
}: ConfirmProps): ReactElement => (
  <Modal
    opened={opened}
    onClose={onClose}
    title={title}
    size={500}
    centered
    lockScroll={false}
    closeButtonProps={{ 'aria-label': text.common.close }}
  >
    {opened && <FocusBack />}
    {children}
    <Group justify="flex-end" mt="lg">
      <Button variant="default" onClick={onClose} data-autofocus>
        {text.common.cancel}
      </Button>
      <Button
        {...(danger && { color: 'red.9', 'data-danger': true })}
        onClick={onConfirm}
        loading={pending}
        // While it closes it has been answered.
        disabled={disabled || !opened}
      >
        {action}
      </Button>
    </Group>
  </Modal>
);
