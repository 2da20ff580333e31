import type { RequestEffect } from '../shared/rpc/errors.ts';

/**
 * Stands on a failed answer when an earlier attempt of the same call may have taken effect: a lost answer and then a
 * 429 is not "nothing happened". A header, so that it gets through client libraries.
 */
const EFFECT_HEADER = 'calendar-sync-effect';

/** Whether the call that got this failed answer may nevertheless have changed something in an earlier attempt. */
export function effectOf(headers: Headers): RequestEffect {
  return headers.get(EFFECT_HEADER) === 'unknown' ? 'unknown' : 'none';
}

/** Notes on an answer what earlier attempts may have done; whatever the service itself said of that is dropped. */
export function noteEffect(response: Response, effect: RequestEffect): Response {
  if (response.ok || effect === 'none') response.headers.delete(EFFECT_HEADER);
  else response.headers.set(EFFECT_HEADER, effect);
  return response;
}
