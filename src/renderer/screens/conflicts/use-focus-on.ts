import { type RefObject, useEffect } from 'react';

/** Gives something the focus as soon as it is due: what had it has made way for this. */
export function useFocusOn(target: RefObject<HTMLElement | null>, due: boolean): void {
  useEffect(() => {
    if (due) target.current?.focus();
  }, [target, due]);
}
