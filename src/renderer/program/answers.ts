import { QueryClient } from '@tanstack/react-query';
import type { Snapshot } from '../../shared/domain/snapshot.ts';
import type { Program } from './program.ts';

/** What the program has answered, kept until something changes there. */
export function createAnswers(program: Program): QueryClient {
  const answers = new QueryClient({
    defaultOptions: {
      queries: {
        retry: false,
        // The program is on this computer: it can be asked without a network.
        networkMode: 'always',
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        staleTime: Number.POSITIVE_INFINITY,
      },
      mutations: { networkMode: 'always' },
    },
  });
  program.client.on('settings', (view) => answers.setQueryData(['settings.get', {}], view));
  program.client.on('feeds.changed', () => void answers.invalidateQueries({ queryKey: ['feeds.list'] }));
  let known = contentOf(program.state().snapshot);
  program.onChange(() => {
    const { snapshot, connected } = program.state();
    const content = connected ? contentOf(snapshot) : '';
    if (content === known) return;
    known = content;
    if (content !== '') void answers.invalidateQueries();
  });
  return answers;
}

/** What of a snapshot can change the answers; how far a run has come does not. */
function contentOf(snapshot: Snapshot | null): string {
  if (snapshot === null) return '';
  const { lastRun, accounts, mappings, conflicts, holds, technician, maintenance } = snapshot;
  return JSON.stringify([lastRun, accounts, mappings, conflicts, holds, technician, maintenance]);
}
