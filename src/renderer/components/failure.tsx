import { Button } from '@mantine/core';
import IconAlertTriangle from '@tabler/icons-react/icons/IconAlertTriangle';
import type { ReactElement } from 'react';
import type { AppError } from '../../shared/rpc/errors.ts';
import { text } from '../text/text.ts';
import { EmptyState } from './empty-state.tsx';

export interface FailureProps {
  readonly title: string;
  readonly error: AppError;
  readonly onRetry: () => void;
}

/** In place of what could not be had: the program's own sentence, and trying again. */
export const Failure = ({ title, error, onRetry }: FailureProps): ReactElement => (
  <EmptyState
    tone="bad"
    icon={<IconAlertTriangle aria-hidden />}
    title={title}
    body={error.message}
    action={
      <Button variant="default" onClick={onRetry}>
        {text.common.retry}
      </Button>
    }
  />
);
