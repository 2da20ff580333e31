import { describe, expect, it } from 'vitest';
import { networkChecks } from '../../src/main/diagnostics/network-checks.ts';
import { networkLayer } from '../../src/main/diagnostics/network-fault.ts';
import { netFault } from '../../src/main/electron/net-fault.ts';
import { certificateProblem } from '../../src/main/schedule/certificate.ts';
import { createHttp } from '../../src/main/schedule/http.ts';
import { TestClock } from './http-clock.ts';

const ORIGIN = 'https://calendar.example';
const faultOf = (name: string): TypeError => netFault(new Error(`net::${name}`));

describe('a failure of Chromium’s network', () => {
  it.each([
    ['ERR_INTERNET_DISCONNECTED', 'connection'],
    ['ERR_CONNECTION_REFUSED', 'connection'],
    ['ERR_CONNECTION_TIMED_OUT', 'connection'],
    ['ERR_NAME_NOT_RESOLVED', 'dns'],
    ['ERR_PROXY_CONNECTION_FAILED', 'proxy'],
    ['ERR_TUNNEL_CONNECTION_FAILED', 'proxy'],
    ['ERR_PROXY_CERTIFICATE_INVALID', 'proxy'],
    ['ERR_SOCKS_CONNECTION_FAILED', 'proxy'],
    ['ERR_HTTP2_PROTOCOL_ERROR', 'other'],
  ])('%s is one of the layer %s, and no certificate’s', (name, layer) => {
    expect(networkLayer(faultOf(name), null)).toBe(layer);
    expect(certificateProblem(faultOf(name), ORIGIN, 'none')).toBeNull();
  });

  it.each([
    ['ERR_CERT_AUTHORITY_INVALID', 'CERT_UNTRUSTED', 'is not trusted (CERT_UNTRUSTED)'],
    ['ERR_CERT_COMMON_NAME_INVALID', 'ERR_TLS_CERT_ALTNAME_INVALID', 'the certificate of another host'],
    ['ERR_CERT_DATE_INVALID', 'ERR_CERT_DATE_INVALID', 'has expired or is not valid yet'],
    ['ERR_CERT_REVOKED', 'CERT_REVOKED', 'is not trusted (CERT_REVOKED)'],
    ['ERR_CERT_WEAK_KEY', 'CERT_REJECTED', 'is not trusted (CERT_REJECTED)'],
  ])('%s is the server’s certificate, which is named', (name, detail, sentence) => {
    expect(certificateProblem(faultOf(name), ORIGIN, 'none')).toMatchObject({
      code: 'PROVIDER_ERROR',
      detail,
      message: expect.stringContaining(sentence),
    });
    expect(certificateProblem(faultOf(name), ORIGIN, 'none')?.message).toContain('calendar.example');
  });

  it('keeps what it was, whatever it was', () => {
    expect(netFault('gone').message).toBe('No answer arrived.');
    const cause = new Error('Something else');
    expect(netFault(cause)).toMatchObject({ message: 'Something else', cause });
  });

  it('is not tried again where a certificate is to blame', async () => {
    let asked = 0;
    const http = createHttp({
      fetch: async () => {
        asked += 1;
        throw faultOf('ERR_CERT_AUTHORITY_INVALID');
      },
      clock: new TestClock(),
      random: { unit: () => 0, uuid: () => '', bytes: () => new Uint8Array() },
      log: () => undefined,
    });
    await expect(http(ORIGIN)).rejects.toMatchObject({ code: 'PROVIDER_ERROR', detail: 'CERT_UNTRUSTED' });
    expect(asked).toBe(1);
  });

  it('is told of as the system’s proxy where nobody has named one', () => {
    const outcome = { kind: 'failed', error: faultOf('ERR_PROXY_CONNECTION_FAILED') } as const;
    const checks = networkChecks({
      hosts: [{ origin: ORIGIN, outcome }],
      proxy: null,
      certificateProblem: () => null,
    });
    expect(checks.find(({ id }) => id === 'proxy')).toMatchObject({
      status: 'failed',
      message: expect.stringMatching(/^The proxy of this system does not let through to calendar\.example\./),
    });
  });
});
