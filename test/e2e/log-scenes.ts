import { eventMessage } from '../../src/shared/rpc/dispatcher.ts';
import { failing, pending } from './fixture-program.ts';
import { OFFLINE, over, type Scene } from './scene.ts';

export const LOG_SCENES: readonly Scene[] = [
  { name: 'log', path: '/log', program: over() },
  {
    name: 'log-details',
    path: '/log',
    program: over(),
    act: async (page) => {
      await page
        .getByRole('button', { name: /^Details/ })
        .nth(3)
        .click();
      await page.getByText('Sent and answered').waitFor();
    },
  },
  { name: 'log-loading', path: '/log', program: over({}, { 'logs.query': pending }) },
  {
    name: 'log-none',
    path: '/log/harbour',
    program: over({}, { 'logs.query': () => ({ items: [], page: 1, pages: 1, total: 0 }) }),
  },
  {
    name: 'log-error',
    path: '/log',
    program: over({}, { 'logs.query': failing('The log could not be read: the disk does not answer.') }),
  },
  {
    name: 'log-fresh',
    path: '/log',
    program: over(),
    act: async (page, program) => {
      await page.getByRole('button', { name: 'Older' }).click();
      await page.getByText('Page 2 of').waitFor();
      await program.say(eventMessage('logs.added', { lastId: 24_313, statuses: ['ok', 'ok', 'retry'] }));
      await page.getByRole('button', { name: 'Show 3 new operations' }).waitFor();
    },
  },
  {
    name: 'log-empty',
    path: '/log',
    program: over({}, { 'logs.query': () => ({ items: [], page: 1, pages: 1, total: 0 }) }),
  },
  { name: 'log-offline', path: '/log', program: over(OFFLINE) },
  {
    name: 'log-days',
    path: '/log',
    program: over(),
    act: async (page) => {
      await page.getByRole('textbox', { name: 'From' }).click();
      await page.getByRole('button', { name: '18 November 2026' }).waitFor();
    },
  },
];
