import { momentText, withTimes } from '../../shared/text/moment.ts';
import { reader } from '../program/clock.ts';
import { text } from './text.ts';

/** A sentence of the program with its times as the person at this computer writes them. */
export const readable = (sentence: string): string =>
  withTimes(sentence, (instant) => momentText(instant, reader()));

/** What an operation of the log is called; the same word means another thing on each of the two sides. */
export function operationText(operation: string, direction: 'import' | 'export' | null): string {
  const names = text.log.operations;
  return names[`${direction}:${operation}`] ?? names[operation] ?? text.preview.otherKind;
}
