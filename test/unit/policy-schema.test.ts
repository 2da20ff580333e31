import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { parsePolicy } from '../../src/main/settings/policy.ts';
import { policySchema } from '../../src/main/settings/policy-schema.ts';

const POLICY = resolve(import.meta.dirname, '../../resources/policy');

it('is what IT is handed; vitest --update writes it anew', async () => {
  const text = `${JSON.stringify(policySchema(), null, 2)}\n`;
  await expect(text).toMatchFileSnapshot(`${POLICY}/policy.schema.json`);
});

it('comes with an example that the program reads to the last value', () => {
  const example = JSON.parse(readFileSync(`${POLICY}/policy.example.json`, 'utf8'));
  const { enforced, defaults, intervalBounds, problems } = parsePolicy(example);
  expect(problems).toEqual([]);
  const { intervalMinutes, ...rest } = example.enforced;
  expect({ enforced, defaults, intervalBounds }).toEqual({
    enforced: rest,
    defaults: example.defaults,
    intervalBounds: intervalMinutes,
  });
});
