import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { ErrorDocument } from './cli-documents.ts';
import { buildProgram, createMachine, type Machine } from './cli-harness.ts';

describe('wrong usage', () => {
  let machine: Machine;
  beforeAll(async () => {
    await buildProgram();
    machine = createMachine();
  });
  afterAll(() => machine.dispose());

  it.each([
    ['an unknown command', 'frobnicate', "'frobnicate'"],
    ['an unknown option', 'sync --bogus', "'--bogus'"],
    ['an option that is missing', 'mappings add --account a --calendar b', "'--direction <direction>'"],
    [
      'a span that ends before it begins',
      'logs --from 2026-12-01 --to 2026-11-01',
      '--from does not lie before',
    ],
    ['a token among the arguments', 'enrol --url https://example.com --token SECRET', "'--token'"],
  ])('of %s ends with 2, one sentence, or one document', async (_case, line, named) => {
    const args = line.split(' ');
    const text = await machine.run(...args);
    expect({ code: text.code, stdout: text.stdout }).toEqual({ code: 2, stdout: '' });
    expect(text.stderr.trimEnd().split('\n')).toEqual([expect.stringContaining(named)]);

    const json = await machine.run(...args, '--json');
    expect({ code: json.code, stderr: json.stderr }).toEqual({ code: 2, stderr: '' });
    expect(ErrorDocument.parse(JSON.parse(json.stdout)).error).toEqual({
      code: 'INVALID_INPUT',
      message: text.stderr.trimEnd(),
    });
  });

  it('says what there is when no command is named', async () => {
    const { code, stdout, stderr } = await machine.run();
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('status');
  });

  it('leaves no trace', () => {
    expect(existsSync(machine.dataDir)).toBe(false);
  });
});

describe('help and version', () => {
  let machine: Machine;
  beforeAll(async () => {
    await buildProgram();
    machine = createMachine();
  });
  afterAll(() => machine.dispose());

  it('explains every command in plain words', async () => {
    const { code, stdout, stderr } = await machine.run('--help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const name of ['demo', 'sandbox', 'enrol', 'connect', 'accounts', 'calendars', 'mappings', 'sync']) {
      expect(stdout).toMatch(new RegExp(`^  ${name} .*\\w`, 'm'));
    }
    for (const name of ['status', 'conflicts', 'holds', 'logs', 'explain', 'backup', 'restore', 'reset']) {
      expect(stdout).toMatch(new RegExp(`^  ${name} .*\\w`, 'm'));
    }
  });

  it('explains a single command, with the options that all have', async () => {
    const { code, stdout } = await machine.run('mappings', 'add', '--help');
    expect(code).toBe(0);
    for (const option of ['--visibility', '--skip-title', '--json', '--data-dir'])
      expect(stdout).toContain(option);
  });

  it('prints the version', async () => {
    expect(await machine.run('--version')).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: '' });
  });
});
