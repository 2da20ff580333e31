import { ACCOUNTS, fresh, MAPPINGS, over, type Scene, WAITING } from './scene.ts';

export const FIRST_RUN_SCENES: readonly Scene[] = [
  {
    name: 'first-run-enrol',
    path: '/',
    program: over(
      fresh({ state: 'not-enrolled', enrolled: false, technician: null, bookingSystem: null, accounts: [] }),
    ),
  },
  {
    name: 'first-run-sample',
    path: '/',
    program: over(
      fresh({
        state: 'not-enrolled',
        enrolled: false,
        technician: null,
        bookingSystem: null,
        accounts: [],
        host: {
          kind: 'electron',
          version: '0.1.0',
          locale: null,
          origin: 'http://127.0.0.1:47600',
          sample: null,
        },
        sample: { url: 'http://127.0.0.1:47601' },
      }),
    ),
  },
  {
    name: 'overview-sample',
    path: '/',
    program: over({
      host: {
        kind: 'headless',
        version: '0.1.0',
        locale: null,
        origin: 'http://127.0.0.1:47601',
        sample: { leaveTo: 'http://127.0.0.1:47600' },
      },
    }),
  },
  { name: 'first-run-connect', path: '/', program: over(fresh({ state: 'no-accounts', accounts: [] })) },
  {
    name: 'first-run-waiting',
    path: '/',
    program: over(fresh({ state: 'no-accounts', accounts: [], signIns: [WAITING] })),
  },
  { name: 'first-run-choose', path: '/', program: over(fresh({ accounts: ACCOUNTS.slice(0, 1) })) },
  {
    name: 'first-run-start',
    path: '/',
    program: over(fresh({ accounts: ACCOUNTS.slice(0, 1), mappings: MAPPINGS.slice(0, 1) })),
    act: async (page) => {
      await page.getByText('11 changes in detail').click();
    },
  },
];
