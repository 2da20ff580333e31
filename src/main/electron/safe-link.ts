const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost']);

/** Whether an address may be handed to the system's browser: https, or this computer itself (`security.md` 5). */
export function isSafeLink(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname));
}
