import { TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import type { ReactElement } from 'react';
import { text } from '../../text/text.ts';

export interface DialogProps {
  readonly onClose: () => void;
}

export interface FileFieldProps {
  readonly file: string;
  readonly hint: string;
  readonly onChange: (file: string) => void;
}

/** A path that is typed: a page in a browser cannot be told where a file of the computer is. */
export const FileField = ({ file, hint, onChange }: FileFieldProps): ReactElement => (
  <TextInput
    label={text.settings.file}
    description={hint}
    value={file}
    onChange={(event) => onChange(event.currentTarget.value)}
    spellCheck={false}
    required
  />
);

/** Stays long enough to be read to its end. */
export const sayLong = (message: string): void => {
  notifications.show({ message, autoClose: 12_000 });
};

/** For a failure that the dialog shows itself. */
export const ignore = (): void => undefined;
