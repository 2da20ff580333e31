import type { Sandbox } from '../../../sandbox/sandbox.ts';
import { AppError } from '../../../shared/rpc/errors.ts';
import { isLoopbackHost } from '../../endpoint.ts';
import { systemClock, systemRandom } from '../ports.ts';

/**
 * Starts the sandbox with its made-up company on a loopback port.
 * @param port default: any that is free
 * @returns with it a code with which its first technician enrols, and one for a device that sees the whole team
 * @throws AppError INVALID_INPUT when the port cannot be had
 */
export async function openSandbox(
  port: number | undefined,
): Promise<{ readonly sandbox: Sandbox; readonly enrolmentCode: string; readonly teamCode: string }> {
  const { createSandbox } = await import('../../../sandbox/sandbox.ts');
  const { enrolmentCode, TEAM_CODE } = await import('../../../sandbox/seed.ts');
  const sandbox = createSandbox({
    clock: systemClock,
    random: systemRandom,
    seed: {},
    outside: loopbackOnly,
  });
  try {
    await sandbox.listen(port);
  } catch (cause) {
    throw new AppError(
      'INVALID_INPUT',
      `Port ${port ?? 0} of this computer cannot be used. Choose another with --port, or none.`,
      { cause },
    );
  }
  return { sandbox, enrolmentCode: enrolmentCode(0), teamCode: TEAM_CODE };
}

/** Made-up servers call nobody but programs of this computer. */
async function loopbackOnly(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const { hostname } = new URL(input instanceof Request ? input.url : input);
  if (!isLoopbackHost(hostname)) throw new TypeError(`The sandbox does not call ${hostname}.`);
  return fetch(input, init);
}
