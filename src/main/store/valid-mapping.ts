import type { z } from 'zod';
import { Mapping } from '../../shared/domain/mapping.ts';
import { AppError } from '../../shared/rpc/errors.ts';
import { titleMatcher } from '../title-pattern.ts';

/** A pattern beyond this is no filter for titles but an accident. */
const MAX_PATTERN = 256;

/**
 * A mapping as it may be stored: in its shape, with a calendar, a technician and a title pattern that compiles.
 * @throws AppError INVALID_INPUT
 */
export function validMapping(mapping: z.input<typeof Mapping>): Mapping {
  const parsed = Mapping.safeParse(mapping);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new AppError(
      'INVALID_INPUT',
      `The mapping's ${issue?.path.join('.') ?? 'settings'} cannot be used: ${issue?.message ?? 'not valid'}. Correct it and try again.`,
      { cause: parsed.error },
    );
  }
  const { skipTitle, technicianId, calendarId, skip } = parsed.data;
  if (technicianId === '' || calendarId === '') {
    throw new AppError(
      'INVALID_INPUT',
      'A mapping needs a calendar and a technician. Name both and try again.',
    );
  }
  requirePattern(skipTitle);
  return { ...parsed.data, skip: [...new Set(skip)], skipTitle: skipTitle === '' ? null : skipTitle };
}

function requirePattern(pattern: string | null): void {
  if (pattern === null) return;
  if (pattern.length > MAX_PATTERN) {
    throw new AppError(
      'INVALID_INPUT',
      `The title pattern is longer than ${MAX_PATTERN} characters. Shorten it and try again.`,
    );
  }
  try {
    titleMatcher(pattern);
  } catch (error) {
    throw new AppError(
      'INVALID_INPUT',
      `The title pattern “${pattern}” is not a regular expression that can be used here. Correct it, put a backslash before special characters, and do without look-around “(?=…)” and back-references “\\1”.`,
      { cause: error },
    );
  }
}
