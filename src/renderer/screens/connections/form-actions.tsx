import { Button, Group } from '@mantine/core';
import type { FormEvent, ReactElement } from 'react';
import { text } from '../../text/text.ts';

export interface FormProps {
  readonly onClose: () => void;
}

/** The end of a form: away, or on. */
export const FormActions = ({
  action,
  pending,
  disabled = false,
  onClose,
}: FormProps & {
  readonly action: string;
  readonly pending: boolean;
  readonly disabled?: boolean;
}): ReactElement => (
  <Group justify="flex-end" mt="xs">
    <Button variant="default" onClick={onClose}>
      {text.common.cancel}
    </Button>
    <Button type="submit" loading={pending} disabled={disabled}>
      {action}
    </Button>
  </Group>
);

export const submitting =
  (act: () => void) =>
  (event: FormEvent): void => {
    event.preventDefault();
    act();
  };
