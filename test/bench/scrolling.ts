import type { Page } from 'playwright';
import { LogPage } from '../../src/shared/domain/sync-log.ts';
import { type Figure, medianOf, milliseconds, verify } from './figure.ts';

const ROWS = 10_000;
/** As fast as somebody who turns the wheel hard: 23 rows a frame. */
const PIXELS_A_FRAME = 1_000;
/** A frame that comes later than this is seen as a jerk. */
const JERK_MS = 1000 / 30;

/**
 * How the log scrolls when its table has ten thousand rows. No limit: where there is no graphics card, as a rule where
 * this is measured, the processor draws.
 * @param link where the product lets this browser in
 */
export async function scrolling(page: Page, link: string): Promise<readonly Figure[]> {
  await page.routeWebSocket(/\/rpc$/, (socket) => {
    socket
      .connectToServer()
      .onMessage((text) => socket.send(typeof text === 'string' ? withManyRows(text) : text));
  });
  await page.goto(link);
  await page.getByRole('link', { name: /^Log/ }).click();
  await page
    .getByRole('table')
    .and(page.locator(`[aria-rowcount="${ROWS + 1}"]`))
    .waitFor();
  const seen = await page.evaluate<Scrolled>(SCROLL);
  verify('the last row', seen.lastRow, ROWS + 1);
  const { frames } = seen;
  const sorted = frames.toSorted((a, b) => a - b);
  const late = frames.filter((frame) => frame > JERK_MS).length;
  const what = 'scrolling 10,000 rows';
  return [
    milliseconds(`${what}: a frame`, frames),
    milliseconds(`${what}: 95 of 100 frames within`, [sorted[Math.ceil(frames.length * 0.95) - 1] ?? 0]),
    milliseconds(`${what}: the longest frame`, [sorted.at(-1) ?? 0]),
    medianOf(`${what}: frames later than 33 ms`, '%', [(late / frames.length) * 100]),
  ];
}

/** An answer of the program about the log with its entries as often as it takes; any other message as it is. */
function withManyRows(text: string): string {
  const message = JSON.parse(text) as { readonly output?: unknown };
  const { success, data } = LogPage.safeParse(message.output);
  const [newest] = data?.items ?? [];
  if (!success || newest === undefined) return text;
  const items = Array.from({ length: ROWS }, (_, index) => ({
    ...(data.items[index % data.items.length] ?? newest),
    id: ROWS - index,
  }));
  return JSON.stringify({ ...message, output: { ...data, items, total: ROWS, pages: 1 } });
}

interface Scrolled {
  /** Milliseconds from each frame to the next. */
  readonly frames: readonly number[];
  /** The greatest row number in the document at the end; the first is the head. */
  readonly lastRow: number;
}

/** Scrolls on by every frame, to the end. */
const SCROLL = `new Promise((done) => {
  const table = document.querySelector('table[aria-rowcount]');
  const viewport = table.parentElement;
  const frames = [];
  let before = null;
  let still = 0;
  const step = (now) => {
    if (before !== null) frames.push(now - before);
    before = now;
    const top = viewport.scrollTop;
    viewport.scrollTop = top + ${PIXELS_A_FRAME};
    // Rows are measured as they come in sight, by which the end may move.
    still = viewport.scrollTop === top ? still + 1 : 0;
    if (still < 3) return requestAnimationFrame(step);
    const rows = [...table.querySelectorAll('tr[aria-rowindex]')];
    done({ frames, lastRow: Math.max(...rows.map((row) => Number(row.getAttribute('aria-rowindex')))) });
  };
  requestAnimationFrame(step);
})`;
