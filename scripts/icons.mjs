/**
 * Draws the icons in resources/icons: the program's from its mark, and one for the tray in each state, told apart by
 * shape. Run after a change here or of the mark; the results are part of the repository.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { chromium } from 'playwright';
import { chromiumPath } from './chromium.mjs';

const REPOSITORY = resolve(import.meta.dirname, '..');
const ICONS = join(REPOSITORY, 'resources/icons');
const MARK = readFileSync(join(REPOSITORY, 'src/renderer/public/icon.svg'), 'utf8');

/** Within 32 × 32; the colour of the tile only underlines what the shape says. */
const TRAY = {
  check: { tile: '#0c6e69', shape: '<path d="M9 17l5 5 10-11" />' },
  arrows: {
    tile: '#0c6e69',
    shape: '<path d="M9 13a8 8 0 0 1 14-1m0-4v4h-4M23 19a8 8 0 0 1-14 1m0 4v-4h4" />',
  },
  bars: { tile: '#5c6773', shape: '<path d="M12 10v12M20 10v12" />' },
  'slashed-cloud': {
    tile: '#5c6773',
    shape: '<path d="M11 22h11a4 4 0 0 0 .6-8A6.5 6.5 0 0 0 10.3 13.6 4.3 4.3 0 0 0 11 22zM8 7l17 19" />',
  },
  exclamation: { tile: '#b25e00', shape: '<path d="M16 8v10M16 23.5v.1" />' },
  cross: { tile: '#c22f2f', shape: '<path d="M10.5 10.5l11 11M21.5 10.5l-11 11" />' },
};

/** @param {string} shape @param {string} colour */
const stroke = (shape, colour) =>
  `<g fill="none" stroke="${colour}" stroke-width="3.2" stroke-linecap="round" stroke-linejoin="round">${shape}</g>`;
/** @param {string} body */
const svg = (body) => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">${body}</svg>`;

const browser = await chromium.launch({
  executablePath: chromiumPath() ?? '',
  args: ['--no-sandbox'],
});
const page = await browser.newPage();

/** @param {string} picture @param {number} size in pixels */
async function png(picture, size) {
  await page.setViewportSize({ width: size, height: size });
  await page.setContent(
    `<style>html,body{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${picture}`,
  );
  return page.screenshot({ omitBackground: true });
}

/** @param {string} name @param {Buffer} bytes */
function write(name, bytes) {
  mkdirSync(join(ICONS, 'tray'), { recursive: true });
  writeFileSync(join(ICONS, name), bytes);
}

/**
 * Windows: PNGs behind a directory, little-endian. https://learn.microsoft.com/en-us/previous-versions/ms997538(v=msdn.10)
 *
 * @param {readonly { size: number, bytes: Buffer }[]} images
 */
function ico(images) {
  const head = Buffer.alloc(6 + 16 * images.length);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(images.length, 4);
  let offset = head.length;
  for (const [index, { size, bytes }] of images.entries()) {
    const at = 6 + 16 * index;
    // 256 is written as 0.
    head.writeUInt8(size % 256, at);
    head.writeUInt8(size % 256, at + 1);
    head.writeUInt16LE(1, at + 4);
    head.writeUInt16LE(32, at + 6);
    head.writeUInt32LE(bytes.length, at + 8);
    head.writeUInt32LE(offset, at + 12);
    offset += bytes.length;
  }
  return Buffer.concat([head, ...images.map(({ bytes }) => bytes)]);
}

/** macOS: PNGs, each behind its type and length, big-endian. */
const ICNS_TYPES = new Map([
  [128, 'ic07'],
  [256, 'ic08'],
  [512, 'ic09'],
  [1024, 'ic10'],
]);

/** @param {readonly { size: number, bytes: Buffer }[]} images */
function icns(images) {
  const block = (/** @type {string} */ type, /** @type {Buffer} */ bytes) => {
    const head = Buffer.alloc(8);
    head.write(type, 'latin1');
    head.writeUInt32BE(bytes.length + 8, 4);
    return Buffer.concat([head, bytes]);
  };
  const blocks = images.flatMap(({ size, bytes }) => {
    const type = ICNS_TYPES.get(size);
    return type === undefined ? [] : [block(type, bytes)];
  });
  return block('icns', Buffer.concat(blocks));
}

const images = [];
for (const size of [16, 24, 32, 48, 64, 128, 256, 512, 1024])
  images.push({ size, bytes: await png(MARK, size) });
write('icon.png', images.find(({ size }) => size === 512)?.bytes ?? Buffer.alloc(0));
write('icon.ico', ico(images.filter(({ size }) => size <= 256)));
write('icon.icns', icns(images));
for (const [name, { tile, shape }] of Object.entries(TRAY)) {
  const coloured = svg(`<rect width="32" height="32" rx="8" fill="${tile}" />${stroke(shape, '#fff')}`);
  const template = svg(stroke(shape, '#000'));
  write(`tray/${name}.png`, await png(coloured, 24));
  write(`tray/${name}@2x.png`, await png(coloured, 48));
  write(`tray/${name}Template.png`, await png(template, 18));
  write(`tray/${name}Template@2x.png`, await png(template, 36));
}
await browser.close();
console.info(`Drew ${ICONS}.`);
