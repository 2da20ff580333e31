import type { SandboxRandom } from '../ports.ts';

/** Somebody who holds a bearer token. */
export interface Device {
  readonly technicianId: string;
  readonly name: string;
  /** The technicians whose bookings and busy blocks it may see and write. */
  readonly sees: ReadonlySet<string>;
}

export interface Grant {
  readonly technicianId: string;
  /** Default: the technician alone. */
  readonly sees?: readonly string[] | undefined;
}

/** Enrolment codes not yet used, and the tokens that came of the others. */
export class Devices {
  readonly #random: SandboxRandom;
  readonly #codes = new Map<string, Grant>();
  readonly #tokens = new Map<string, Device>();

  constructor(random: SandboxRandom) {
    this.#random = random;
  }

  addCode(code: string, grant: Grant): void {
    this.#codes.set(code, grant);
  }

  /** Trades a code for a token, once. Null when the code is wrong or used. */
  enrol(code: string, name: string): { token: string; technicianId: string } | null {
    const grant = this.#codes.get(code);
    if (grant === undefined) return null;
    this.#codes.delete(code);
    return { token: this.addToken(grant, { name }), technicianId: grant.technicianId };
  }

  /** Makes a token (or makes `token` valid) and answers with it. */
  addToken(grant: Grant, options: { token?: string; name?: string } = {}): string {
    const token = options.token ?? `bkt_${Buffer.from(this.#random.bytes(24)).toString('base64url')}`;
    this.#tokens.set(token, {
      technicianId: grant.technicianId,
      name: options.name ?? 'unnamed device',
      sees: new Set([grant.technicianId, ...(grant.sees ?? [])]),
    });
    return token;
  }

  revokeToken(token: string): boolean {
    return this.#tokens.delete(token);
  }

  find(token: string): Device | undefined {
    return this.#tokens.get(token);
  }
}
