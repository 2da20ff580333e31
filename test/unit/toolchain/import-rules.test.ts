import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import configuration from '../../../.dependency-cruiser.mjs';

const REPOSITORY = resolve(import.meta.dirname, '../../..');

/** A miniature of the house: one file or two in every room. */
const FILES = [
  'src/shared/status.ts',
  'src/shared/assert-never.ts',
  'src/shared/domain/booking.ts',
  'src/shared/rpc/errors.ts',
  'src/main/app.ts',
  'src/main/ports.ts',
  'src/main/engine/pull.ts',
  'src/main/engine/planner/plan.ts',
  'src/main/providers/provider.ts',
  'src/main/providers/google/google-provider.ts',
  'src/main/providers/ics/ics-provider.ts',
  'src/main/providers/icalendar/calendar.ts',
  'src/main/time/zone.ts',
  'src/main/time/rule.ts',
  'src/main/booking/booking-port.ts',
  'src/main/booking/booking-client.ts',
  'src/main/store/database.ts',
  'src/main/auth/vault.ts',
  'src/main/schedule/scheduler.ts',
  'src/main/webhooks/webhooks.ts',
  'src/renderer/window.ts',
  'src/main/feeds/feeds.ts',
  'src/main/headless/cli.ts',
  'src/main/headless/commands/demo.ts',
  'src/main/headless/commands/sync.ts',
  'src/sandbox/sandbox.ts',
  'test/builders.ts',
] as const;

type File = (typeof FILES)[number];

const ALLOWED: readonly (readonly [File, string])[] = [
  ['src/shared/status.ts', "import 'zod';"],
  ['src/shared/status.ts', "import './domain/booking.ts';"],
  ['src/main/engine/planner/plan.ts', "import { createHash } from 'node:crypto';"],
  ['src/main/engine/planner/plan.ts', "import 'uuid';"],
  ['src/main/engine/planner/plan.ts', "import '../../../shared/domain/booking.ts';"],
  ['src/main/engine/pull.ts', "import './planner/plan.ts';"],
  ['src/main/engine/pull.ts', "import '../store/database.ts';"],
  ['src/main/engine/pull.ts', "import '../ports.ts';"],
  ['src/main/engine/pull.ts', "import '../providers/provider.ts';"],
  ['src/main/engine/pull.ts', "import '../booking/booking-port.ts';"],
  ['src/main/feeds/feeds.ts', "import '../store/database.ts'; import '../booking/booking-port.ts';"],
  ['src/main/providers/google/google-provider.ts', "import '../provider.ts';"],
  ['src/main/providers/ics/ics-provider.ts', "import '../../time/zone.ts';"],
  ['src/main/providers/ics/ics-provider.ts', "import '../icalendar/calendar.ts';"],
  ['src/main/time/rule.ts', "import './zone.ts'; import 'rrule-temporal'; import 'windows-iana';"],
  ['src/main/app.ts', "import './engine/pull.ts'; import './providers/google/google-provider.ts';"],
  ['src/main/headless/cli.ts', "import '../app.ts'; import 'node:process';"],
  ['src/main/headless/cli.ts', "import type { T } from '../store/database.ts';"],
  ['src/main/headless/commands/demo.ts', "await import('../../../sandbox/sandbox.ts');"],
  ['src/sandbox/sandbox.ts', "import '../shared/domain/booking.ts'; import '../shared/assert-never.ts';"],
  ['src/sandbox/sandbox.ts', "import 'fastify';"],
];

const REFUSED: readonly (readonly [rule: string, File, string])[] = [
  ['shared-stands-alone', 'src/shared/status.ts', "import 'node:path';"],
  ['shared-stands-alone', 'src/shared/status.ts', "import 'uuid';"],
  ['shared-stands-alone', 'src/shared/status.ts', "import '../main/ports.ts';"],
  ['shared-stands-alone', 'src/shared/status.ts', "import type { T } from '../main/ports.ts';"],
  ['planner-is-pure', 'src/main/engine/planner/plan.ts', "import 'node:fs';"],
  ['planner-is-pure', 'src/main/engine/planner/plan.ts', "process.getBuiltinModule('node:fs');"],
  ['planner-is-pure', 'src/main/engine/planner/plan.ts', "import '../pull.ts';"],
  ['planner-is-pure', 'src/main/engine/planner/plan.ts', "import '../../ports.ts';"],
  ['planner-is-pure', 'src/main/engine/planner/plan.ts', "import '../../store/database.ts';"],
  ['engine-sees-ports', 'src/main/engine/pull.ts', "import '../providers/google/google-provider.ts';"],
  ['engine-sees-ports', 'src/main/engine/pull.ts', "import '../booking/booking-client.ts';"],
  ['engine-sees-ports', 'src/main/engine/pull.ts', "import '../auth/vault.ts';"],
  ['feeds-see-ports', 'src/main/feeds/feeds.ts', "import '../booking/booking-client.ts';"],
  ['feeds-see-ports', 'src/main/feeds/feeds.ts', "import '../engine/pull.ts';"],
  [
    'providers-do-not-meet',
    'src/main/providers/google/google-provider.ts',
    "import '../ics/ics-provider.ts';",
  ],
  ['providers-do-not-meet', 'src/main/providers/icalendar/calendar.ts', "import '../ics/ics-provider.ts';"],
  ['peers-do-not-meet', 'src/main/providers/google/google-provider.ts', "import '../../store/database.ts';"],
  ['peers-do-not-meet', 'src/main/providers/provider.ts', "import '../booking/booking-port.ts';"],
  ['peers-do-not-meet', 'src/main/booking/booking-client.ts', "import '../engine/pull.ts';"],
  ['peers-do-not-meet', 'src/main/store/database.ts', "import '../auth/vault.ts';"],
  ['peers-do-not-meet', 'src/main/auth/vault.ts', "import type { T } from '../store/database.ts';"],
  ['peers-do-not-meet', 'src/main/schedule/scheduler.ts', "import '../engine/pull.ts';"],
  ['time-is-pure', 'src/main/time/zone.ts', "import '../ports.ts';"],
  ['time-is-pure', 'src/main/time/zone.ts', "import type { T } from '../providers/provider.ts';"],
  ['time-is-pure', 'src/main/time/zone.ts', "import 'node:fs';"],
  ['ports-know-no-room', 'src/main/ports.ts', "import './store/database.ts';"],
  ['only-hosts-import-app', 'src/main/schedule/scheduler.ts', "import '../app.ts';"],
  ['nothing-imports-a-host', 'src/main/app.ts', "import './headless/cli.ts';"],
  ['hosts-go-through-app', 'src/main/headless/cli.ts', "import '../engine/pull.ts';"],
  ['hosts-go-through-app', 'src/main/headless/cli.ts', "await import('../store/database.ts');"],
  ['sandbox-stands-apart', 'src/sandbox/sandbox.ts', "import '../main/ports.ts';"],
  ['sandbox-stands-apart', 'src/sandbox/sandbox.ts', "import '../shared/rpc/errors.ts';"],
  ['sandbox-for-its-commands-only', 'src/main/app.ts', "await import('../sandbox/sandbox.ts');"],
  [
    'sandbox-for-its-commands-only',
    'src/main/headless/commands/sync.ts',
    "await import('../../../sandbox/sandbox.ts');",
  ],
  ['sandbox-on-demand', 'src/main/headless/commands/demo.ts', "import '../../../sandbox/sandbox.ts';"],
  ['core-without-clock-or-terminal', 'src/main/engine/pull.ts', "import 'node:timers/promises';"],
  ['core-without-clock-or-terminal', 'src/main/store/database.ts', "import 'node:process';"],
  ['core-without-clock-or-terminal', 'src/sandbox/sandbox.ts', "import 'node:timers';"],
  ['webhooks-see-ports', 'src/main/webhooks/webhooks.ts', "import '../booking/booking-client.ts';"],
  ['electron-in-its-room', 'src/main/app.ts', "await import('electron');"],
  ['screens-see-shared', 'src/renderer/window.ts', "import '../main/app.ts';"],
  ['screens-see-shared', 'src/renderer/window.ts', "import 'node:fs';"],
  ['nothing-imports-screens', 'src/main/app.ts', "import '../renderer/window.ts';"],
  ['no-dev-dependency-at-run-time', 'src/main/app.ts', "import 'fast-check';"],
  ['product-without-tests', 'src/main/app.ts', "import '../../test/builders.ts';"],
  ['no-cycles', 'src/main/store/database.ts', "import './database.ts';"],
];

describe('import rules', () => {
  const house = mkdtempSync(join(tmpdir(), 'import-rules-'));

  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(house, file)), { recursive: true });
    writeFileSync(join(house, file), text);
  };

  /** The rules that the house breaks, each once. */
  const brokenRules = async (): Promise<readonly string[]> => {
    const { output } = await cruise(['src'], {
      ...configuration.options,
      tsConfig: {},
      baseDir: house,
      validate: true,
      ruleSet: { forbidden: configuration.forbidden ?? [] },
    });
    const { violations } = (output as ICruiseResult).summary;
    return [...new Set(violations.map((violation) => violation.rule.name))];
  };

  beforeAll(() => {
    symlinkSync(join(REPOSITORY, 'node_modules'), join(house, 'node_modules'));
    write('package.json', JSON.stringify({ type: 'module', devDependencies: { 'fast-check': '*' } }));
  });
  beforeEach(() => {
    for (const file of FILES) write(file, 'export type T = 1;\n');
  });
  afterAll(() => rmSync(house, { recursive: true }));

  it.each(ALLOWED)('%s may say %s', async (file, statement) => {
    write(file, statement);
    expect(await brokenRules()).toEqual([]);
  });

  it.each(REFUSED)('%s: %s may not say %s', async (rule, file, statement) => {
    write(file, statement);
    expect(await brokenRules()).toContain(rule);
  });

  it('tries every rule', () => {
    const tried = new Set(REFUSED.map(([rule]) => rule));
    expect(
      configuration.forbidden?.map((rule) => rule.name).filter((name) => !tried.has(name ?? '')),
    ).toEqual([]);
  });
});
