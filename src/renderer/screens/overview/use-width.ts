import { type RefCallback, useCallback, useState } from 'react';

/** The width of an element in CSS pixels, kept current; null before it is known. */
export function useWidth<E extends HTMLElement>(): readonly [number | null, RefCallback<E>] {
  const [width, setWidth] = useState<number | null>(null);
  const ref = useCallback((element: E | null) => {
    if (element === null) return;
    const observer = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width ?? null));
    setWidth(element.getBoundingClientRect().width);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [width, ref];
}
