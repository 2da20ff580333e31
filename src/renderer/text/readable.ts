import { momentText } from '../../shared/text/moment.ts';
import { reader } from '../program/clock.ts';
import { text } from './text.ts';

/** RFC 3339 in UTC, as the log and reasons name times: they are written where nobody knows who will read them. */
const INSTANT = /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z/g;

/** A sentence of the program with its times as the person at this computer writes them. */
export const readable = (sentence: string): string =>
  sentence.replaceAll(INSTANT, (instant) => momentText(instant, reader()));

/** What an operation of the log is called; the same word means another thing on each of the two sides. */
export function operationText(operation: string, direction: 'import' | 'export' | null): string {
  const names = text.log.operations;
  return names[`${direction}:${operation}`] ?? names[operation] ?? text.preview.otherKind;
}
