import { failing, pending } from './fixture-program.ts';
import { CONFLICTS } from './fixture-week.ts';
import { OFFLINE, over, type Scene } from './scene.ts';

export const CONFLICT_SCENES: readonly Scene[] = [
  { name: 'conflicts', path: '/conflicts', program: over({ conflicts: 2, holds: 1, state: 'attention' }) },
  { name: 'conflicts-empty', path: '/conflicts', program: over() },
  { name: 'conflicts-loading', path: '/conflicts', program: over({}, { 'conflicts.list': pending }) },
  {
    name: 'conflicts-release',
    path: '/conflicts',
    program: over({ holds: 1, state: 'attention' }),
    act: async (page) => {
      await page.getByRole('button', { name: 'Delete 14 entries…' }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'conflicts-error',
    path: '/conflicts',
    program: over({}, { 'conflicts.list': failing('The database is busy. Try again in a moment.') }),
  },
  {
    name: 'conflicts-offline',
    path: '/conflicts',
    program: over({ ...OFFLINE, conflicts: 1 }),
  },
  {
    name: 'conflicts-decided',
    path: '/conflicts',
    program: over(
      { conflicts: 1, state: 'attention' },
      {
        'conflicts.decided': () => ({
          items: CONFLICTS.slice(1).map((one) => ({ ...one, keep: 'calendar' as const })),
        }),
      },
    ),
  },
  {
    name: 'conflicts-held',
    path: '/conflicts',
    program: over({ holds: 1, state: 'attention' }),
    act: async (page) => {
      await page.getByText('What would go (14)').click();
    },
  },
];
