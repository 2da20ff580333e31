import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { takeSecrets } from './environment.ts';
import { main } from './main.ts';
import { processTerminal } from './terminal.ts';
import { beThriftyBeyond } from './thrift.ts';

const AMPLE_BYTES = 110_000_000;

beThriftyBeyond(AMPLE_BYTES);

// Whatever this process creates is for its user alone.
process.umask(0o077);

process.exitCode = await main(process.argv.slice(2), {
  terminal: processTerminal(process),
  environment: takeSecrets(process.env),
  readInput: () => text(process.stdin),
  screensDir: join(import.meta.dirname, '../renderer'),
});
