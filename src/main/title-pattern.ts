import { RE2JS } from 're2js';

/** A title is one line for a person; what is longer is no title to filter by. */
const MAX_TITLE = 256;

/**
 * A title filter as a matcher: a regular expression without regard to case. By RE2 (https://github.com/google/re2/wiki/Syntax),
 * which takes time in proportion to the title whatever the pattern: with JavaScript's own, a pattern such as `^(a+)+$`
 * would let one title hold up the sync for good. The price is that it knows neither look-around nor back-references.
 * @throws Error when the pattern is not one
 */
export function titleMatcher(pattern: string): (title: string) => boolean {
  const expression = RE2JS.compile(pattern, RE2JS.CASE_INSENSITIVE);
  return (title) => expression.test(title.slice(0, MAX_TITLE));
}
