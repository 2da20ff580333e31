import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useClient } from '../../program/use-program.ts';

export interface FreshEntries {
  /** How many were written since, while an older page is read. */
  readonly count: number;
}

/** Keeps the newest page live; on an older one, counts what has come since, so that nothing moves while it is read. */
export function useFreshEntries(newest: boolean): FreshEntries {
  const client = useClient();
  const answers = useQueryClient();
  const [count, setCount] = useState(0);

  useEffect(() => {
    if (newest) setCount(0);
    return client.on('logs.added', ({ statuses }) => {
      if (newest) void answers.invalidateQueries({ queryKey: ['logs.query'] });
      else setCount((before) => before + statuses.length);
    });
  }, [client, answers, newest]);

  return { count };
}
