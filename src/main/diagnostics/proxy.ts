import type { Settings } from '../../shared/domain/settings.ts';

/** The proxy that requests go through, and what names it; null where there is none. */
export function proxyInForce(
  { proxyUrl }: Pick<Settings, 'proxyUrl'>,
  environment: Readonly<Record<string, string | undefined>>,
): { readonly url: URL; readonly source: string } | null {
  const named = (text: string | null | undefined, source: string) => {
    const url = text ? URL.parse(text) : null;
    return url === null ? null : { url, source };
  };
  const variables = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'];
  const variable = variables.find((name) => environment[name]);
  return named(proxyUrl, 'network settings') ?? (variable ? named(environment[variable], variable) : null);
}
