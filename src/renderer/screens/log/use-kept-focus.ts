import { type FocusEvent, type RefObject, useLayoutEffect, useRef } from 'react';

/**
 * Keeps the focus in a region whose rows leave the document as it scrolls: what had it is not there any more, and the
 * region itself takes it, so that the next key scrolls on.
 * @returns what the region has to be told of
 */
export function useKeptFocus(region: RefObject<HTMLElement | null>): {
  readonly onFocus: () => void;
  readonly onBlur: (event: FocusEvent) => void;
} {
  const isWithin = useRef(false);
  // After each render: rows leave with one. React tells of no blur then.
  useLayoutEffect(() => {
    if (isWithin.current && document.activeElement === document.body) {
      region.current?.focus({ preventScroll: true });
    }
  });
  return {
    onFocus: () => {
      isWithin.current = true;
    },
    onBlur: ({ currentTarget, relatedTarget }) => {
      isWithin.current = relatedTarget instanceof Node && currentTarget.contains(relatedTarget);
    },
  };
}
