/** Where a Sentry-compatible server takes reports in, and the key that it knows the project by. */
export interface ReportTarget {
  readonly endpoint: string;
  readonly publicKey: string;
}

/**
 * Reads a DSN, `PROTOCOL://PUBLIC_KEY@HOST/PATH/PROJECT_ID`
 * (https://docs.sentry.io/concepts/key-terms/dsn-explainer/); null where it is none. The key only allows to report.
 */
export function parseDsn(text: string): ReportTarget | null {
  const url = URL.parse(text);
  if (url === null || url.username === '' || url.search !== '' || url.hash !== '') return null;
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return null;
  const [, path = '', project = ''] = /^(.*)\/([^/]+)$/.exec(url.pathname) ?? [];
  if (!/^\w+$/.test(project) || !/^\w+$/.test(url.username)) return null;
  return {
    endpoint: `${url.protocol}//${url.host}${path}/api/${project}/envelope/`,
    publicKey: url.username,
  };
}
