import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { acquireLock, type InstanceLock } from '../../src/main/store/instance-lock.ts';
import { failure, modeOf, temporaryDirectory, testClock } from './store-support.ts';

let file: string;

beforeEach(() => {
  file = join(temporaryDirectory(), 'calendar-sync.lock');
});

async function acquire(waitMs = 0, clock = testClock()): Promise<InstanceLock> {
  const lock = await acquireLock(file, { clock, waitMs });
  onTestFinished(() => lock.release());
  return lock;
}

/** Another process that asks for the lock, says how that went, and stays until its standard input ends. */
async function otherProcess(): Promise<{ child: ChildProcess; answer: string }> {
  const module = new URL('../../src/main/store/instance-lock.ts', import.meta.url).href;
  const child = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { acquireLock } from ${JSON.stringify(module)};
       const clock = { now: () => new Date(), sleep: () => Promise.resolve() };
       process.stdout.write(await acquireLock(${JSON.stringify(file)}, { clock, waitMs: 0 }).then(() => 'held', (error) => error.detail));
       process.stdin.resume().on('end', () => process.exit());`,
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const [answer] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  return { child, answer: String(answer) };
}

describe('the instance lock', () => {
  it('is held by one owner at a time, in one process too', async () => {
    const lock = await acquire();

    const error = await failure(() => acquire());
    expect(error).toMatchObject({ code: 'CONFLICT', detail: 'locked' });
    expect(error.command).toContain('--data-dir');

    // A second look at a lock that is held must not loosen it.
    await failure(() => acquire());
    lock.release();
    lock.release();
    await acquire();
  });

  it('keeps other processes out and ends with the process, even one that was killed', async () => {
    const { child, answer } = await otherProcess();
    expect(answer).toBe('held');
    expect(await failure(() => acquire())).toMatchObject({ detail: 'locked' });

    child.kill('SIGKILL');
    await once(child, 'exit');

    await acquire();
  });

  it('holds against another process after this one was refused it once more', async () => {
    await acquire();
    await failure(() => acquire());

    expect((await otherProcess()).answer).toBe('locked');
  });

  it('waits for the owner to go', async () => {
    const owner = await acquire();
    const clock = testClock();
    const sleep = clock.sleep;
    let slept = 0;
    clock.sleep = async (milliseconds) => {
      slept += milliseconds;
      if (slept >= 500) owner.release();
      await sleep(milliseconds);
    };

    await acquire(2_000, clock);

    expect(slept).toBeLessThanOrEqual(600);
  });

  it('gives up when its time is over', async () => {
    await acquire();
    const clock = testClock();
    const start = clock.now().getTime();

    await failure(() => acquire(2_000, clock));

    expect(clock.now().getTime() - start).toBe(2_000);
  });

  it('is not lost when the program keeps no reference to it', async () => {
    await acquireLock(file, { clock: testClock(), waitMs: 0 });
    setFlagsFromString('--expose-gc');
    const collectGarbage: () => void = runInNewContext('gc');
    for (let round = 0; round < 5; round += 1) {
      collectGarbage();
      await new Promise(setImmediate);
    }

    expect(await failure(() => acquire())).toMatchObject({ detail: 'locked' });
  });

  it('leaves one private file and no journal', async () => {
    await acquire();

    expect(modeOf(file)).toBe('600');
    expect(readdirSync(join(file, '..'))).toEqual(['calendar-sync.lock']);
  });

  it('says which file to delete when it is damaged', async () => {
    writeFileSync(file, 'not a lock'.repeat(200));

    expect(await failure(() => acquire())).toMatchObject({ code: 'INTERNAL', detail: 'damaged' });
    expect(existsSync(file)).toBe(true);
  });
});
