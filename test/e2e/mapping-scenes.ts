import { failing, pending } from './fixture-program.ts';
import { ACCOUNTS, fresh, OFFLINE, over, postpone, type Scene, SIGNED_OUT } from './scene.ts';

export const MAPPING_SCENES: readonly Scene[] = [
  { name: 'mappings', path: '/mappings', program: over() },
  {
    name: 'mappings-editor',
    path: '/mappings',
    program: over(),
    act: async (page) => {
      await page.getByRole('button', { name: 'Work', exact: true }).click();
      await page.getByRole('button', { name: 'More choices' }).click();
    },
  },
  {
    name: 'mappings-preview',
    path: '/mappings',
    program: over(),
    act: async (page) => {
      await page.getByRole('button', { name: 'Work', exact: true }).click();
      await page.getByRole('button', { name: 'Preview' }).click();
      await page.getByText('6 events to add').waitFor();
    },
  },
  {
    name: 'mappings-empty',
    path: '/mappings',
    program: over(fresh({ accounts: ACCOUNTS.slice(0, 1) })),
    act: postpone,
  },
  { name: 'mappings-loading', path: '/mappings', program: over({}, { 'calendars.list': pending }) },
  {
    name: 'mappings-partial',
    path: '/mappings',
    program: over(
      { state: 'needs-sign-in', accounts: SIGNED_OUT },
      { 'calendars.list': failing('Microsoft needs you to sign in again.') },
    ),
  },
  { name: 'mappings-offline', path: '/mappings', program: over(OFFLINE) },
  {
    name: 'mappings-preview-error',
    path: '/mappings',
    program: over({}, { 'mappings.preview': failing('Google does not answer. Try again in a moment.') }),
    act: async (page) => {
      await page.getByRole('button', { name: 'Work', exact: true }).click();
      await page.getByRole('button', { name: 'Preview' }).click();
      await page.getByText('Google does not answer').scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'mappings-remove',
    path: '/mappings',
    program: over(),
    act: async (page) => {
      await page.getByRole('button', { name: 'More for Work' }).click();
      await page.getByRole('menuitem', { name: 'Remove…' }).click();
      await page.getByText('Remove them').click();
    },
  },
];
