import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const REPOSITORY = resolve(import.meta.dirname, '../../..');

const MACHINE_STATE = [
  'export const now = Date.now();',
  'export const clock = Date.now;',
  'export const today = new Date();',
  'export const today = new Date;',
  'export const today = Date();',
  'export const chance = Math.random();',
  'export const signal = AbortSignal.timeout(1);',
  'export const timer = setTimeout(String, 1);',
  'export const timer = setInterval(String, 1);',
  'export const timer = setImmediate(String);',
  "export const answer = fetch('http://localhost');",
  "export const answer = globalThis.fetch('http://localhost');",
  'export const id = crypto.randomUUID();',
  'export const started = performance.now();',
  "console.info('hello');",
  'export const args = process.argv;',
  'export const home = process.env.HOME;',
  "import { randomBytes } from 'node:crypto'; export const bytes = randomBytes(1);",
  "import * as crypto from 'node:crypto'; export const bytes = crypto.randomBytes(1);",
  "import { v4 } from 'uuid'; export const id = v4();",
];

const HARMLESS = [
  'export const epoch = new Date(0);',
  "export const windows = process.platform === 'win32';",
  "import { createHash } from 'node:crypto'; export const hash = createHash('sha256');",
  "import { v5 } from 'uuid'; export const id = v5('a', v5.URL);",
  "export const load = (fetch: (url: string) => string): string => fetch('x');",
];

const CORE = [
  'src/shared',
  'src/main',
  'src/main/engine/planner',
  'src/main/providers/google',
  'src/sandbox',
];
const EDGE = ['src/main/headless', 'src/main/headless/commands'];

/** The lint rules about time, chance, network and environment; formatting and taste are not looked at here. */
const ABOUT_THE_MACHINE = /^(plugin|lint\/style\/noRestricted(Globals|Imports)|lint\/suspicious\/noConsole)$/;

interface Report {
  readonly diagnostics: readonly {
    readonly category: string;
    readonly location: { readonly path: string };
  }[];
}

describe('machine state in the core', () => {
  const directory = mkdtempSync(join(tmpdir(), 'core-rules-'));
  let refusedFiles: ReadonlySet<string>;

  const fileOf = (room: string, kind: string, index: number): string => `${room}/${kind}-${index}.ts`;

  const lint = (): Promise<Report> =>
    new Promise((fulfil, reject) => {
      const biome = join(REPOSITORY, 'node_modules/.bin/biome');
      const options = { cwd: directory, maxBuffer: 64 * 1024 * 1024 };
      execFile(
        biome,
        ['lint', '--reporter=json', '--max-diagnostics=none', 'src'],
        options,
        (error, stdout) => {
          if (stdout === '') reject(error ?? new Error('Biome printed nothing.'));
          else fulfil(JSON.parse(stdout) as Report);
        },
      );
    });

  beforeAll(async () => {
    for (const name of ['biome.json', 'scripts'])
      cpSync(join(REPOSITORY, name), join(directory, name), { recursive: true });
    symlinkSync(join(REPOSITORY, 'node_modules'), join(directory, 'node_modules'));
    for (const room of [...CORE, ...EDGE]) {
      for (const [kind, statements] of Object.entries({ state: MACHINE_STATE, harmless: HARMLESS })) {
        for (const [index, statement] of statements.entries()) {
          const file = join(directory, fileOf(room, kind, index));
          mkdirSync(dirname(file), { recursive: true });
          writeFileSync(file, `${statement}\n`);
        }
      }
    }
    const { diagnostics } = await lint();
    refusedFiles = new Set(
      diagnostics
        .filter(({ category }) => ABOUT_THE_MACHINE.test(category))
        .map(({ location }) => location.path),
    );
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  it.each(CORE)('is refused in %s', (room) => {
    const missed = MACHINE_STATE.filter((_, index) => !refusedFiles.has(fileOf(room, 'state', index)));
    expect(missed).toEqual([]);
  });

  it.each(CORE)('is not seen in harmless code of %s', (room) => {
    const refused = HARMLESS.filter((_, index) => refusedFiles.has(fileOf(room, 'harmless', index)));
    expect(refused).toEqual([]);
  });

  it.each(EDGE)('is what %s is there for', (room) => {
    const refused = MACHINE_STATE.filter((_, index) => refusedFiles.has(fileOf(room, 'state', index)));
    expect(refused).toEqual([]);
  });
});
