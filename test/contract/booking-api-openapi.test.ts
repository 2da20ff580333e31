import { readFile } from 'node:fs/promises';
import openapiTS, { astToString, COMMENT_HEADER } from 'openapi-typescript';
import { describe, expect, it } from 'vitest';
import { createCompany } from './booking-api-fixture.ts';

const description = new URL('../../resources/booking-api.openapi.yaml', import.meta.url);
const generated = new URL('../../src/main/booking/booking-api.generated.ts', import.meta.url);

describe('the API’s description', () => {
  it('is what the client’s types were generated from (else: npm run generate)', async () => {
    const fresh = COMMENT_HEADER + astToString(await openapiTS(description));
    expect(await readFile(generated, 'utf8')).toBe(fresh);
  });

  it('names no route that the sandbox does not have', async () => {
    const { ask } = createCompany();
    const types = await readFile(generated, 'utf8');
    const [operations = ''] = types.split('\n}\n');
    const routes: string[] = [];
    let path = '';
    for (const line of operations.split('\n')) {
      path = /^ {4}"(\/.*)": \{$/.exec(line)?.[1] ?? path;
      const method = /^ {8}(get|put|post|patch|delete): operations\[/.exec(line)?.[1];
      if (method !== undefined) routes.push(`${method.toUpperCase()} ${path.replaceAll(/\{\w+\}/g, 'x')}`);
    }
    expect(routes).toHaveLength(20);

    // Without a token, a route that exists asks for one (or, to enrol, for a body); one that does not is 404.
    const missing: string[] = [];
    for (const route of routes) {
      const [method = '', url = ''] = route.split(' ');
      const { status } = await ask(method, url, undefined, { authorization: '' });
      if (status === 404) missing.push(route);
    }
    expect(missing).toEqual([]);
  });
});
