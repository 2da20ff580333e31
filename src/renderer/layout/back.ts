/** What a browser with the Navigation API tells before it goes through its history. */
interface Traversal extends Event {
  readonly navigationType: 'push' | 'reload' | 'replace' | 'traverse';
}

/**
 * Has Back do what Escape does while a dialog or a menu is open, rather than leave the screen with what is filled in
 * there. Browsers without the Navigation API, and those in which nobody has touched the page since, go back as ever.
 */
export function closeByBack(): void {
  const { navigation } = window as { readonly navigation?: EventTarget };
  navigation?.addEventListener('navigate', (event) => {
    const { navigationType, cancelable } = event as Traversal;
    if (navigationType !== 'traverse' || !cancelable) return;
    if (document.querySelector('[role="dialog"], [role="menu"]') === null) return;
    event.preventDefault();
    const focused = document.activeElement ?? document.body;
    focused.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true }));
  });
}
