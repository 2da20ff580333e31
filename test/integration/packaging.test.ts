import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const REPOSITORY = resolve(import.meta.dirname, '../..');

interface Configuration {
  readonly mac: { readonly icon: string };
  readonly win: { readonly icon: string };
  readonly linux: { readonly icon: string };
  readonly electronFuses: Readonly<Record<string, boolean>>;
  readonly afterAllArtifactBuild: string;
}

interface ConfigurationModule {
  getConfig(directory: string, file: string | null, options: null): Promise<Configuration>;
  validateConfiguration(configuration: object, logger: { readonly isEnabled: false }): Promise<void>;
}

/** electron-builder's own reading and checking of its configuration. */
const builder = createRequire(createRequire(import.meta.url).resolve('electron-builder'))(
  'app-builder-lib/out/util/config/config',
) as ConfigurationModule;

/** What electron-builder sets the fuses with. */
const ofElectronBuilder = createRequire(createRequire(import.meta.url).resolve('electron-builder'));
const fuses = createRequire(ofElectronBuilder.resolve('app-builder-lib'))('@electron/fuses');
const FuseV1Options = fuses.FuseV1Options as Readonly<Record<string, number>>;
const FuseVersion = fuses.FuseVersion as { readonly V1: string };
const flipFuses = fuses.flipFuses as (binary: string, config: object) => Promise<number>;
const SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';

/** As electron-builder translates them: the same names, but for how they begin. */
const wireOf = (wanted: Readonly<Record<string, boolean>>): Record<number, boolean> =>
  Object.fromEntries(
    Object.entries(wanted).map(([name, state]) => [
      FuseV1Options[name.charAt(0).toUpperCase() + name.slice(1)] ?? -1,
      state,
    ]),
  );

describe('electron-builder.yml', () => {
  it('is accepted by electron-builder’s own validation', async () => {
    const configuration = await builder.getConfig(REPOSITORY, 'electron-builder.yml', null);
    await expect(builder.validateConfiguration(configuration, { isEnabled: false })).resolves.toBeUndefined();
    await expect(
      builder.validateConfiguration({ ...configuration, appIdentity: 'x' }, { isEnabled: false }),
    ).rejects.toThrow(/appIdentity/);
  });

  it('turns the doors of Electron off (security.md 8)', async () => {
    const { electronFuses } = await builder.getConfig(REPOSITORY, 'electron-builder.yml', null);
    expect(electronFuses).toMatchObject({
      runAsNode: false,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      onlyLoadAppFromAsar: true,
      enableEmbeddedAsarIntegrityValidation: true,
      grantFileProtocolExtraPrivileges: false,
    });
  });

  it('has what was packed looked at once more (security.md 8)', async () => {
    const configuration = await builder.getConfig(REPOSITORY, 'electron-builder.yml', null);
    const { afterAllArtifactBuild: checkFuses } = await import(
      join(REPOSITORY, configuration.afterAllArtifactBuild)
    );
    const outDir = mkdtempSync(join(tmpdir(), 'calendar-sync-fuses-'));
    const binary = join(outDir, 'linux-unpacked/calendar-sync');
    const built = { outDir, configuration };
    try {
      expect(() => checkFuses(built)).toThrow('There is no binary');
      mkdirSync(join(outDir, 'linux-unpacked'));
      writeFileSync(binary, 'no Electron');
      expect(() => checkFuses(built)).toThrow('has no fuses');
      // As Electron comes, twice, as in a binary for two processors.
      const wire = `${SENTINEL}\u0001\u0008${'10110001'}`;
      writeFileSync(binary, `ELF ${wire} and ${wire} and so on`);
      expect(() => checkFuses(built)).toThrow(/runAsNode.*onlyLoadAppFromAsar/);
      const config = { version: FuseVersion.V1, ...wireOf(configuration.electronFuses) };
      await flipFuses(binary, config);
      expect(checkFuses(built)).toEqual([]);
      await flipFuses(binary, { ...config, [FuseV1Options.EnableNodeCliInspectArguments ?? 0]: true });
      expect(() => checkFuses(built)).toThrow('enableNodeCliInspectArguments');
    } finally {
      rmSync(outDir, { recursive: true });
    }
  });

  it('has icons of the form that each system wants', async () => {
    const { mac, win, linux } = await builder.getConfig(REPOSITORY, 'electron-builder.yml', null);
    const startOf = ({ icon }: { readonly icon: string }): string =>
      readFileSync(join(REPOSITORY, icon)).subarray(0, 4).toString('latin1');
    expect([mac, win, linux].map(startOf)).toEqual(['icns', '\0\0\u0001\0', '\u0089PNG']);
    for (const shape of ['check', 'arrows', 'bars', 'slashed-cloud', 'exclamation', 'cross']) {
      for (const form of ['', '@2x', 'Template', 'Template@2x']) {
        expect(existsSync(join(REPOSITORY, `resources/icons/tray/${shape}${form}.png`))).toBe(true);
      }
    }
  });
});
