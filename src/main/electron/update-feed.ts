/**
 * Where new versions come from: the address that packing wrote into `app-update.yml`, or null where it is not https
 * (`security.md` 20).
 */
export function updateFeed(text: string): string | null {
  const [, url] = /^url:\s*['"]?([^\s'"]+)/m.exec(text) ?? [];
  return url?.startsWith('https://') ? url : null;
}
