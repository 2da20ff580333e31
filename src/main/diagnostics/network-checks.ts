import { check, type DoctorCheck } from '../../shared/domain/doctor.ts';
import { AppError } from '../../shared/rpc/errors.ts';
import { networkLayer, UNUSABLE } from './network-fault.ts';
import type { Reached } from './recorded-fetch.ts';

/** OAuth and TLS begin to refuse a clock that is off by more than some minutes. */
const SKEW_FAILED_MS = 5 * 60_000;
const SKEW_WARNING_MS = 60_000;
/** The Date header counts in seconds, and an answer takes its time. */
const MINUTE_MS = 60_000;

export interface NetworkFindings {
  readonly hosts: readonly Reached[];
  /** The proxy that is set, and by what; null where there is none. */
  readonly proxy: { readonly url: URL; readonly source: string } | null;
  /** The sentence about a certificate, where that was what failed. */
  readonly certificateProblem: (error: unknown, url: string) => string | null;
}

/** Names that cannot be looked up, a proxy that does not let through, certificates that are not trusted. */
export function networkChecks({ hosts, proxy, certificateProblem }: NetworkFindings): readonly DoctorCheck[] {
  const failed = hosts.flatMap(({ origin, outcome }) =>
    outcome.kind === 'failed' ? [{ origin, error: outcome.error }] : [],
  );
  const unusable = failed.map(({ error }) => error).find(isUnusable);
  if (unusable !== undefined) return unaskedChecks(unusable);
  const certificates = failed.flatMap(({ origin, error }) => certificateProblem(error, origin) ?? []);
  const others = failed.filter(({ origin, error }) => certificateProblem(error, origin) === null);
  const at = (layer: ReturnType<typeof networkLayer>): readonly string[] =>
    others
      .filter(({ error }) => networkLayer(error, proxy?.url ?? null) === layer)
      .map(({ origin }) => hostOf(origin));
  const unreached = [...at('connection'), ...at('other')];
  const none = hosts.length === 0;
  return [
    layerCheck('dns', 'Names (DNS)', none, at('dns'), {
      ok: 'Every host that is needed has an address.',
      failed: (names) =>
        `No address was found for ${names}. Check that this computer is online, and that its DNS server knows the name.`,
    }),
    proxyCheck(proxy, at('proxy'), unreached),
    certificates.length > 0
      ? check('tls', 'Certificates (TLS)', 'failed', certificates.join(' '))
      : layerCheck('tls', 'Certificates (TLS)', none, [], {
          ok: 'Every certificate is trusted.',
          failed: String,
        }),
  ];
}

/** What is set for the network keeps every request from leaving: that is all there is to say. */
function unaskedChecks({ detail, message }: AppError): readonly DoctorCheck[] {
  const found = (id: string, name: string, isWrong: boolean): DoctorCheck =>
    isWrong
      ? check(id, name, 'failed', message)
      : check(
          id,
          name,
          'skipped',
          'No request has left this computer, since one of its settings cannot be used.',
        );
  return [
    found('dns', 'Names (DNS)', false),
    found('proxy', 'Proxy', detail === UNUSABLE.proxy),
    found('tls', 'Certificates (TLS)', detail === UNUSABLE.authorities),
  ];
}

const isUnusable = (error: unknown): error is AppError =>
  error instanceof AppError && Object.values<string | null>(UNUSABLE).includes(error.detail);

/**
 * Whether this machine's clock agrees with most servers, and with the booking system's, which the times of bookings are
 * judged by.
 * @param skews this machine's clock less the servers', in milliseconds
 * @param bookingSkew the same by what the booking system says of its time; null where it did not
 */
export function clockCheck(skews: readonly number[], bookingSkew: number | null): DoctorCheck {
  const found = (status: DoctorCheck['status'], message: string): DoctorCheck =>
    check('clock', 'Clock', status, message);
  const sorted = skews.toSorted((a, b) => a - b);
  const usual = sorted[Math.floor(sorted.length / 2)];
  const [skew] = [usual, bookingSkew]
    .filter((one) => typeof one === 'number')
    .toSorted((a, b) => Math.abs(b) - Math.abs(a));
  if (skew === undefined) return found('skipped', 'No server answered to compare the clock with.');
  const minutes = Math.round(Math.abs(skew) / MINUTE_MS);
  const off = `The clock of this computer is ${minutes} minutes ${skew > 0 ? 'ahead' : 'behind'}.`;
  if (Math.abs(skew) > SKEW_FAILED_MS) {
    return found(
      'failed',
      `${off} Let the system set it by itself: sign-ins and times of bookings depend on it.`,
    );
  }
  return Math.abs(skew) > SKEW_WARNING_MS
    ? found('warning', `${off} Let the system set it by itself.`)
    : found('ok', 'The clock agrees with the servers.');
}

function layerCheck(
  id: string,
  name: string,
  none: boolean,
  failed: readonly string[],
  words: { readonly ok: string; readonly failed: (names: string) => string },
): DoctorCheck {
  if (failed.length > 0) return check(id, name, 'failed', words.failed(failed.join(', ')));
  return none
    ? check(
        id,
        name,
        'skipped',
        'Nothing to reach is known: this device is not enrolled, or what it signs in with cannot be read.',
      )
    : check(id, name, 'ok', words.ok);
}

function proxyCheck(
  proxy: NetworkFindings['proxy'],
  refused: readonly string[],
  unreached: readonly string[],
): DoctorCheck {
  const found = (status: DoctorCheck['status'], message: string): DoctorCheck =>
    check('proxy', 'Proxy', status, message);
  if (proxy === null && refused.length === 0) {
    return unreached.length === 0
      ? found('ok', 'No proxy is set, and none is needed.')
      : found(
          'warning',
          `${unreached.join(', ')} could not be reached, and no proxy is set. If this network needs one, name it in HTTPS_PROXY or in the settings.`,
        );
  }
  const name = proxy === null ? 'of this system' : `${proxy.url.host} (${proxy.source})`;
  return refused.length > 0
    ? found(
        'failed',
        `The proxy ${name} does not let through to ${refused.join(', ')}. Check its address and that it may be used.`,
      )
    : found('ok', `The proxy ${name} is used.`);
}

const hostOf = (origin: string): string => URL.parse(origin)?.host ?? origin;
