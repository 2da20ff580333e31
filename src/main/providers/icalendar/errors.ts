import { AppError, TRIED_AGAIN } from '../../../shared/rpc/errors.ts';

/** Every failure says that nothing was lost, since a calendar that cannot be read leaves the picture as it was. */
export const KEPT = 'What was read before stays as it is.';

/** A body that is not a whole calendar. */
export type Unreadable = 'empty' | 'web-page' | 'no-calendar' | 'cut-off' | 'damaged';

/** @param source host or file name; never the whole address, which may be a secret */
export function unreadable(source: string, problem: Unreadable, cause?: unknown): AppError {
  return new AppError('PROVIDER_ERROR', unreadableSentence(source, problem), {
    cause,
    detail: problem,
    nextSync: mayHeal(problem) ? `${TRIED_AGAIN} ${KEPT}` : KEPT,
  });
}

const mayHeal = (problem: Unreadable): boolean => problem === 'cut-off' || problem === 'damaged';

function unreadableSentence(source: string, problem: Unreadable): string {
  switch (problem) {
    case 'empty':
      return `${source} answered with nothing at all. Check that the calendar is still shared under this address.`;
    case 'web-page':
      return `${source} answered with a web page instead of a calendar. Copy the calendar's own address (iCal, ICS), which may need no signing in.`;
    case 'no-calendar':
      return `What ${source} answered with is not a calendar. Check that the address is the one of an iCal (ICS) calendar.`;
    case 'cut-off':
      return `The calendar from ${source} arrived only in part.`;
    case 'damaged':
      return `The calendar from ${source} is damaged and cannot be read. Tell who publishes it.`;
    default:
      return problem satisfies never;
  }
}

export function tooManyOccurrences(source: string): AppError {
  return new AppError(
    'PROVIDER_ERROR',
    `The calendar from ${source} repeats its events so often that it cannot be read in reasonable time. Tell who publishes it.`,
    { detail: 'too-many-occurrences', nextSync: KEPT },
  );
}
