import { failing, pending } from './fixture-program.ts';
import { OFFLINE, over, type Scene } from './scene.ts';

export const FEED_SCENES: readonly Scene[] = [
  { name: 'feeds', path: '/feeds', program: over() },
  { name: 'feeds-empty', path: '/feeds', program: over({}, { 'feeds.list': () => ({ items: [] }) }) },
  { name: 'feeds-loading', path: '/feeds', program: over({}, { 'feeds.list': pending }) },
  {
    name: 'feeds-error',
    path: '/feeds',
    program: over({}, { 'feeds.list': failing('The database is busy. Try again in a moment.') }),
  },
  {
    name: 'feeds-create',
    path: '/feeds',
    program: over(
      {},
      { 'feeds.create': failing('The booking system does not answer. Try again in a moment.') },
    ),
    act: async (page) => {
      await page.getByRole('button', { name: 'Create a feed' }).click();
      await page.getByRole('radio', { name: 'Everything about the bookings' }).click();
      await page.getByRole('button', { name: 'Create', exact: true }).click();
      await page.getByRole('alert').getByText('does not answer').waitFor();
    },
  },
  {
    name: 'feeds-qr',
    path: '/feeds',
    program: over(),
    act: async (page) => {
      await page.getByRole('button', { name: 'QR code of Harbour School' }).click();
      await page.getByText('choose to subscribe').waitFor();
    },
  },
  {
    name: 'feeds-rotate',
    path: '/feeds',
    program: over(),
    act: async (page) => {
      await page.getByRole('button', { name: 'More for Harbour School' }).click();
      await page.getByRole('menuitem', { name: 'New link…' }).click();
      await page.getByText('The old link stops working at once').waitFor();
    },
  },
  { name: 'feeds-offline', path: '/feeds', program: over(OFFLINE) },
];
