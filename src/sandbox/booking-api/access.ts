import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Sight } from './bookings.ts';
import type { Device } from './devices.ts';
import { Problem } from './problem.ts';
import type { BookingState } from './state.ts';

/** Who is asking. */
export type DeviceOf = (request: FastifyRequest) => Device;

/** Lets only holders of a bearer token (RFC 6750) through to the routes of `app`. */
export function requireToken(app: FastifyInstance, state: BookingState): DeviceOf {
  const devices = new WeakMap<FastifyRequest, Device>();
  app.addHook('onRequest', async (request) => {
    const [scheme, token] = (request.headers.authorization ?? '').split(' ');
    const device = scheme?.toLowerCase() === 'bearer' ? state.devices.find(token ?? '') : undefined;
    if (device === undefined) {
      throw new Problem(401, 'invalid_token', 'This request carries no valid bearer token.');
    }
    devices.set(request, device);
  });
  return (request) => {
    const device = devices.get(request);
    if (device === undefined) throw new TypeError('This route does not ask for a token.');
    return device;
  };
}

export const sightOf =
  (device: Device): Sight =>
  (technicianIds) =>
    technicianIds.some((id) => device.sees.has(id));

/** @throws Problem 403 `not_allowed` when the device may not see the technician */
export function assertSees(device: Device, technicianId: string): void {
  if (device.sees.has(technicianId)) return;
  throw new Problem(403, 'not_allowed', `This device may not see technician ${technicianId}.`);
}
