import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { ErrorDocument, listOf } from './cli-documents.ts';
import {
  addBooking,
  buildProgram,
  companyEnvironment,
  createMachine,
  enrol,
  type Machine,
  resetCompany,
  startCompany,
  succeed,
  TECHNICIAN,
} from './cli-harness.ts';

let sandbox: Sandbox;
let machine: Machine;

beforeAll(async () => {
  await buildProgram();
  sandbox = await startCompany();
});
afterAll(() => sandbox.close());
beforeEach(async () => {
  resetCompany(sandbox);
  machine = createMachine(companyEnvironment(sandbox));
  await enrol(machine, sandbox);
});
afterEach(() => machine.dispose());

const Link = z.string().regex(/^http:\/\/127\.0\.0\.1:\d+\/ics\/[\w-]{43}\.ics$/);
const CreatedDocument = z.strictObject({ feedId: z.string(), url: Link, publishedUrl: z.url().optional() });
const FeedDocument = z.strictObject({
  id: z.string(),
  feedId: z.string(),
  technicianId: z.string().nullable(),
  projectId: z.string().nullable(),
  name: z.string(),
  visibility: z.enum(['busy-only', 'details']),
  enabled: z.boolean(),
  publish: z.boolean(),
  publishedUrl: z.url().nullable(),
  createdAt: z.iso.datetime(),
  url: Link.nullable(),
});

const list = async () => (await machine.json(listOf(FeedDocument), 'feeds')).items;

describe('feeds', () => {
  it('are made, listed, replaced, written and switched off', async () => {
    addBooking(sandbox, 1, 'A secret job');
    expect(await list()).toEqual([]);
    const { feedId, url } = await machine.json(
      CreatedDocument,
      'feeds',
      'create',
      '--technician',
      TECHNICIAN,
    );
    const [item] = await list();
    expect(item).toMatchObject({
      id: feedId,
      feedId,
      technicianId: TECHNICIAN,
      projectId: null,
      name: 'Tess Technician',
      visibility: 'busy-only',
      enabled: true,
      publish: false,
      publishedUrl: null,
      url,
    });

    const file = join(machine.environment.HOME ?? '', 'jobs.ics');
    await succeed(machine.run('feeds', 'write', feedId, file));
    expect(readFileSync(file, 'utf8')).toContain('SUMMARY:Busy');
    expect(readFileSync(file, 'utf8')).not.toContain('secret');
    expect(statSync(file).mode & 0o777).toBe(0o600);

    const rotated = await machine.json(CreatedDocument, 'feeds', 'rotate', feedId);
    expect(rotated.url).not.toBe(url);
    const text = (await succeed(machine.run('feeds'))).stdout;
    expect(text).toContain(rotated.url);
    expect(text).not.toContain(url);

    await succeed(machine.run('feeds', 'disable', feedId));
    expect(await list()).toMatchObject([{ id: feedId, enabled: false, url: null }]);
    expect((await machine.run('feeds', 'write', feedId, file)).code).toBe(1);
  });

  it('are published, moved and taken down', async () => {
    addBooking(sandbox, 1, 'A job');
    sandbox.booking.addProject({ id: 'project_meters', name: 'Meters' });
    const args = ['feeds', 'create', '--technician', TECHNICIAN, '--visibility', 'details', '--publish'];
    const { feedId, publishedUrl = '' } = await machine.json(CreatedDocument, ...args);
    expect(await (await fetch(publishedUrl)).text()).toContain('SUMMARY:A job');
    const rotated = await machine.json(CreatedDocument, 'feeds', 'rotate', feedId);
    expect((await fetch(publishedUrl)).status).toBe(404);
    expect((await fetch(rotated.publishedUrl ?? '')).status).toBe(200);

    const { feedId: other } = await machine.json(
      CreatedDocument,
      'feeds',
      'create',
      '--project',
      'project_meters',
    );
    expect((await list()).find(({ id }) => id === other)).toMatchObject({
      projectId: 'project_meters',
      name: 'Meters',
    });

    await succeed(machine.run('reset', '--keep-accounts'));
    expect((await fetch(rotated.publishedUrl ?? '')).status).toBe(404);
    expect(await list()).toEqual([]);
  });

  it('say what the booking system has not been told yet', async () => {
    const args = ['feeds', 'create', '--technician', TECHNICIAN, '--publish'];
    const { feedId } = await machine.json(CreatedDocument, ...args);
    sandbox.faults.add({
      service: 'booking',
      method: 'DELETE',
      times: null,
      effect: { kind: 'status', status: 403 },
    });
    const { code, stdout } = await machine.run('feeds', 'disable', feedId, '--json');
    expect({ code, document: JSON.parse(stdout) }).toMatchObject({
      code: 1,
      document: { feedId, enabled: false, error: { code: 'PERMISSION_DENIED' } },
    });
  });

  it('are refused with the reason, and change nothing then', async () => {
    for (const args of [
      ['create', '--technician', 'tech_nobody'],
      ['create', '--project', 'project_none'],
      ['rotate', 'feed_none'],
      ['disable', 'feed_none'],
      ['write', 'feed_none', 'out.ics'],
    ]) {
      const { code, stdout } = await machine.run('feeds', ...args, '--json');
      expect([args, code, ErrorDocument.parse(JSON.parse(stdout)).error.code]).toEqual([
        args,
        1,
        'NOT_FOUND',
      ]);
    }
    expect(await list()).toEqual([]);
  });

  it('are written whole or not at all, and leave a file’s permissions as they were', async () => {
    const { feedId } = await machine.json(CreatedDocument, 'feeds', 'create', '--technician', TECHNICIAN);
    const home = machine.environment.HOME ?? '';
    const file = join(home, 'public.ics');
    writeFileSync(file, 'before', { mode: 0o644 });
    await succeed(machine.run('feeds', 'write', feedId, file));
    expect(statSync(file).mode & 0o777).toBe(0o644);
    expect(readFileSync(file, 'utf8')).toMatch(/END:VCALENDAR\r\n$/);

    const { code, stdout } = await machine.run(
      'feeds',
      'write',
      feedId,
      join(home, 'none', 'x.ics'),
      '--json',
    );
    expect([code, ErrorDocument.parse(JSON.parse(stdout)).error.code]).toEqual([1, 'PERMISSION_DENIED']);
  });
});
