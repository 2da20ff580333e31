import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const REPOSITORY = resolve(import.meta.dirname, '../..');

interface Configuration {
  readonly mac: { readonly icon: string };
  readonly win: { readonly icon: string };
  readonly linux: { readonly icon: string };
  readonly electronFuses: Readonly<Record<string, boolean>>;
}

interface ConfigurationModule {
  getConfig(directory: string, file: string | null, options: null): Promise<Configuration>;
  validateConfiguration(configuration: object, logger: { readonly isEnabled: false }): Promise<void>;
}

/** electron-builder's own reading and checking of its configuration. */
const builder = createRequire(createRequire(import.meta.url).resolve('electron-builder'))(
  'app-builder-lib/out/util/config/config',
) as ConfigurationModule;

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
    });
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
