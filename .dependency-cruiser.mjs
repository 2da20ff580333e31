/**
 * Who may import whom. Type-only imports count as well: a room that knows another room's types is coupled to it.
 * Paths are regular expressions; `$1` in `to` is the first group that `from` matched.
 */

/** Rooms of the core that meet only in `app.ts`. */
const PEERS = 'providers|booking|store|auth|schedule';

/** Everything that time, chance, network, terminal and environment reach only through `src/main/ports.ts`. */
const CORE = '^src/(shared|sandbox|main(?!/(headless|electron)/))';

/** @type {import('dependency-cruiser').IForbiddenRuleType[]} */
const forbidden = [
  {
    name: 'no-cycles',
    comment: 'Two files that need each other are one idea in two places, or hide a third.',
    severity: 'error',
    from: {},
    to: { circular: true },
  },
  {
    name: 'shared-stands-alone',
    comment: 'src/shared runs in every process, the browser included: nothing but itself and zod.',
    severity: 'error',
    from: { path: '^src/shared/' },
    to: { pathNot: ['^src/shared/', 'node_modules/zod/'] },
  },
  {
    name: 'planner-is-pure',
    comment:
      'The planner decides and does nothing: shared, its own folder, a hash, name-based ids, and title patterns.',
    severity: 'error',
    from: { path: '^src/main/engine/planner/' },
    to: {
      pathNot: [
        '^src/shared/',
        '^src/main/engine/planner/',
        'node_modules/(uuid|rfc4648)/',
        '^src/main/title-pattern\\.ts$',
        '^(node:)?crypto$',
      ],
    },
  },
  {
    name: 'engine-sees-ports',
    comment: 'The engine knows providers and the booking API only by their ports.',
    severity: 'error',
    from: { path: '^src/main/engine/' },
    to: {
      path: '^src/',
      pathNot: [
        '^src/shared/',
        '^src/main/(engine|store)/',
        '^src/main/(ports|title-pattern)\\.ts$',
        '^src/main/providers/provider\\.ts$',
        '^src/main/booking/booking-port\\.ts$',
      ],
    },
  },
  {
    name: 'feeds-see-ports',
    comment:
      'Feeds reach the booking API by its port and the vault by its type; what an event says is decided by the planner.',
    severity: 'error',
    from: { path: '^src/main/feeds/' },
    to: {
      path: '^src/',
      pathNot: [
        '^src/shared/',
        '^src/main/(feeds|store|time)/',
        '^src/main/ports\\.ts$',
        '^src/main/booking/(booking-port|not-seen)\\.ts$',
        '^src/main/auth/vault\\.ts$',
        '^src/main/engine/planner/(desired-event|selection)\\.ts$',
      ],
    },
  },
  {
    name: 'webhooks-see-ports',
    comment:
      'Channels are opened by the provider port, relays by the booking port; a notification is only data.',
    severity: 'error',
    from: { path: '^src/main/webhooks/' },
    to: {
      path: '^src/',
      pathNot: [
        '^src/shared/',
        '^src/main/(webhooks|store)/',
        '^src/main/ports\\.ts$',
        '^src/main/providers/provider\\.ts$',
        '^src/main/booking/booking-port\\.ts$',
        '^src/main/auth/vault\\.ts$',
      ],
    },
  },
  {
    name: 'peers-do-not-meet',
    comment:
      'Providers, booking, store, auth and schedule never import each other; app.ts brings them together.',
    severity: 'error',
    from: { path: `^src/main/(${PEERS})/` },
    to: { path: `^src/main/(${PEERS}|engine)/`, pathNot: '^src/main/$1/' },
  },
  {
    name: 'providers-do-not-meet',
    comment:
      'A provider shares only the port and what lies beside it in src/main/providers, where icalendar reads and writes RFC 5545 for those that speak it.',
    severity: 'error',
    from: { path: '^src/main/providers/([^/]+)/' },
    to: {
      path: '^src/main/providers/[^/]+/',
      pathNot: ['^src/main/providers/$1/', '^src/main/providers/icalendar/'],
    },
  },
  {
    name: 'time-is-pure',
    comment: 'Zones and recurrence are worked out from what is passed in, by the libraries that know them.',
    severity: 'error',
    from: { path: '^src/main/time/' },
    to: { pathNot: ['^src/main/time/', 'node_modules/(temporal-polyfill|rrule-temporal|windows-iana)/'] },
  },
  {
    name: 'ports-know-no-room',
    comment: 'Everybody may import the ports, so what they import everybody would know.',
    severity: 'error',
    from: { path: '^src/main/ports\\.ts$' },
    to: { path: '^src/', pathNot: '^src/shared/' },
  },
  {
    name: 'only-hosts-import-app',
    comment: 'The composition root is the way in for a host, not a place to fetch things from.',
    severity: 'error',
    from: { path: '^src/', pathNot: '^src/main/(headless|electron)/' },
    to: { path: '^src/main/app\\.ts$' },
  },
  {
    name: 'nothing-imports-a-host',
    comment: 'Terminal, window and operating system are supplied to the core, never fetched by it.',
    severity: 'error',
    from: { path: '^src/', pathNot: '^src/main/(headless|electron)/' },
    to: { path: '^src/main/(headless|electron)/' },
  },
  {
    name: 'hosts-go-through-app',
    comment: 'A host composes the core by app.ts; of the rooms behind it, it may name types only.',
    severity: 'error',
    from: { path: '^src/main/(headless|electron)/' },
    to: { path: `^src/main/(${PEERS}|engine)/`, dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'sandbox-stands-apart',
    comment:
      'The sandbox is the other end of the wire: what it shares with the product could hide a mistake in both.',
    severity: 'error',
    from: { path: '^src/sandbox/' },
    to: {
      path: '^src/',
      pathNot: ['^src/sandbox/', '^src/shared/domain/', '^src/shared/assert-never\\.ts$'],
    },
  },
  {
    name: 'sandbox-for-its-commands-only',
    comment:
      'Only the commands demo and sandbox start the sandbox, and the sample data of the first run, which are the demo.',
    severity: 'error',
    from: { path: '^src/', pathNot: ['^src/sandbox/', '^src/main/headless/(commands/)?(demo|sandbox)\\b'] },
    to: { path: '^src/sandbox/' },
  },
  {
    name: 'sandbox-on-demand',
    comment: 'Loaded by dynamic import, so that no other command pays for its servers.',
    severity: 'error',
    from: { path: '^src/main/' },
    to: { path: '^src/sandbox/', dynamic: false, dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'core-without-clock-or-terminal',
    comment: 'Timers, the process and the terminal come through ports, so that tests own them.',
    severity: 'error',
    from: { path: CORE },
    to: { path: '^(node:)?(timers|timers/promises|process|console|readline|readline/promises|perf_hooks)$' },
  },
  {
    name: 'electron-in-its-room',
    comment: 'Everything else runs without it: importing Electron outside of Electron tries to download it.',
    severity: 'error',
    from: { path: '^src/', pathNot: '^src/main/electron/' },
    to: { path: 'node_modules/electron(-store|-updater)?/' },
  },
  {
    name: 'no-dev-dependency-at-run-time',
    comment: 'An installed program has no devDependencies, save for Electron, which carries it.',
    severity: 'error',
    from: { path: '^src/' },
    to: {
      path: '/',
      pathNot: 'node_modules/electron/',
      dependencyTypes: ['npm-dev'],
      dependencyTypesNot: ['type-only'],
    },
  },
  {
    name: 'screens-see-shared',
    comment: 'The screens run in a page: what they know of the program is the contract in src/shared.',
    severity: 'error',
    from: { path: '^src/renderer/' },
    to: {
      path: '^src/|^(node:)?(fs|path|crypto|os|net|http|https|child_process)$',
      pathNot: '^src/(renderer|shared)/',
    },
  },
  {
    name: 'nothing-imports-screens',
    comment: 'The screens are built into files that a host serves.',
    severity: 'error',
    from: { path: '^src/', pathNot: '^src/renderer/' },
    to: { path: '^src/renderer/' },
  },
  {
    name: 'product-without-tests',
    comment: 'Tests and scripts look at the product, not the other way round.',
    severity: 'error',
    from: { path: '^src/' },
    to: { path: '^(test|scripts)/' },
  },
];

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden,
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    detectProcessBuiltinModuleCalls: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
