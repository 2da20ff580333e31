import { useEffect, useRef } from 'react';

/** What last had the focus outside of whatever opens over the screen. */
let behind: HTMLElement | null = null;

document.addEventListener('focusin', ({ target }) => {
  if (target instanceof HTMLElement && target.closest('[role="dialog"], [role="menu"]') === null) {
    behind = target;
  }
});

/**
 * Stands in a dialog that is in the document only while it is open, and gives the focus back to what had it before; of
 * an entry of a menu to the button of the menu. The component library does so only for dialogs that stay in the
 * document.
 */
export function FocusBack(): null {
  const due = useRef(0);
  useEffect(() => {
    // It is there after all.
    cancelAnimationFrame(due.current);
    return () => {
      // After the dialog is gone: what lies behind it can be focused again only then.
      due.current = requestAnimationFrame(() => {
        if (behind?.isConnected) behind.focus();
      });
    };
  }, []);
  return null;
}
