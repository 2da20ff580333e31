import { describe, expect, it } from 'vitest';
import { type OpenSample, Sample } from '../../src/main/headless/agent/sample.ts';

const ORIGIN = 'http://127.0.0.1:47601';

/** A sample over a program that is only counted. */
function counted() {
  const seen = { opened: 0, closed: 0, links: 0, leaveTo: '' as string | null };
  const open: OpenSample = async (leaveTo) => {
    seen.opened += 1;
    seen.leaveTo = leaveTo;
    return {
      origin: ORIGIN,
      link: () => {
        seen.links += 1;
        return `${ORIGIN}/#token=${seen.links}`;
      },
      close: async () => {
        seen.closed += 1;
      },
    };
  };
  return { seen, sample: new Sample(open) };
}

describe('the sample', () => {
  it('is started once, and gives another link to whoever opens it again', async () => {
    const { seen, sample } = counted();
    expect(sample.origin).toBeNull();
    const links = await Promise.all([sample.open(false, 'http://127.0.0.1:1'), sample.open(false, null)]);
    expect(links).toEqual([`${ORIGIN}/#token=1`, `${ORIGIN}/#token=2`]);
    expect(seen).toMatchObject({ opened: 1, leaveTo: 'http://127.0.0.1:1' });
    expect(sample.origin).toBe(ORIGIN);
  });

  it('is refused where there is real data to look at', async () => {
    const { seen, sample } = counted();
    await expect(sample.open(true, null)).rejects.toMatchObject({ code: 'PRECONDITION_FAILED' });
    expect(seen.opened).toBe(0);
  });

  it('ends, and can be started anew', async () => {
    const { seen, sample } = counted();
    await sample.open(false, null);
    await sample.close();
    expect(sample.origin).toBeNull();
    await sample.open(false, null);
    await sample.end();
    expect(seen).toMatchObject({ opened: 2, closed: 2 });
  });

  it('that could not be started is tried again when it is asked for again', async () => {
    let tries = 0;
    const sample = new Sample(async () => {
      tries += 1;
      throw new Error('There is no port left.');
    });
    await expect(sample.open(false, null)).rejects.toThrow('no port');
    await expect(sample.open(false, null)).rejects.toThrow('no port');
    expect(tries).toBe(2);
  });

  it('that is still starting when the program ends is ended too', async () => {
    const starting = Promise.withResolvers<void>();
    let closed = false;
    const sample = new Sample(async (_, signal) => {
      await starting.promise;
      return {
        origin: ORIGIN,
        link: () => String(signal.aborted),
        close: async () => {
          closed = true;
        },
      };
    });
    const opened = sample.open(false, null);
    const ended = sample.end();
    starting.resolve();
    expect(await opened).toBe('true');
    await ended;
    expect(closed).toBe(true);
    expect(sample.origin).toBeNull();
  });
});
