import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Callbacks } from '../callbacks.ts';
import type { SandboxClock } from '../ports.ts';
import { GoogleError, required } from './google-error.ts';

/** What a channel lives where the client asks for no other time, and at most. */
const LONGEST_SECONDS = 7 * 24 * 60 * 60;

/** https://developers.google.com/workspace/calendar/api/v3/reference/events/watch */
const ChannelRequest = z.object({
  id: z.string().regex(/^[A-Za-z0-9\-_+/=]{1,64}$/),
  type: z.enum(['web_hook', 'webhook']),
  address: z.url({ protocol: /^https?$/ }),
  token: z.string().max(256).optional(),
  params: z.object({ ttl: z.coerce.number().int().min(1).optional() }).optional(),
  expiration: z.coerce.number().int().optional(),
});

/** A channel by which a client hears of the changes of one calendar. */
export interface Channel {
  readonly id: string;
  readonly token: string | null;
  readonly address: string;
  readonly email: string;
  readonly calendarId: string;
  readonly resourceId: string;
  readonly resourceUri: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  messages: number;
}

export interface Watched {
  /** Whose access it is. */
  readonly email: string;
  readonly calendarId: string;
  readonly resourceUri: string;
}

/**
 * Push notifications: https://developers.google.com/workspace/calendar/api/guides/push. Unlike Google's, a channel may
 * lead to a plain http address of this computer, since that is where clients of the sandbox live.
 */
export class Channels {
  readonly #clock: SandboxClock;
  readonly #callbacks: Callbacks;
  readonly #channels = new Map<string, Channel>();
  /** Ids stay taken after their channel. */
  readonly #used = new Set<string>();

  constructor(clock: SandboxClock, callbacks: Callbacks) {
    this.#clock = clock;
    this.#callbacks = callbacks;
  }

  /** The channels that have not expired. */
  open(): readonly Channel[] {
    const now = this.#clock.now().getTime();
    for (const { id, expiresAt } of [...this.#channels.values()]) {
      if (expiresAt <= now) this.#channels.delete(id);
    }
    return [...this.#channels.values()];
  }

  /** @throws GoogleError 400 for what Google would not take */
  watch(resource: unknown, { email, calendarId, resourceUri }: Watched): Channel {
    const { id, address, token, params, expiration } = channelRequest(resource);
    if (this.#used.has(id)) {
      throw new GoogleError(400, 'channelIdNotUnique', { message: `Channel id ${id} not unique` });
    }
    const now = this.#clock.now().getTime();
    const longest = now + LONGEST_SECONDS * 1_000;
    const wanted = params?.ttl === undefined ? expiration : now + params.ttl * 1_000;
    if (wanted !== undefined && wanted <= now) {
      throw new GoogleError(400, 'invalid', { message: 'The expiration is in the past.' });
    }
    const channel: Channel = {
      id,
      token: token ?? null,
      address,
      email,
      calendarId,
      resourceId: createHash('sha256').update(`${email}\n${calendarId}`).digest('base64url').slice(0, 27),
      resourceUri,
      expiresAt: Math.min(wanted ?? longest, longest),
      messages: 0,
    };
    this.#used.add(id);
    this.#channels.set(id, channel);
    this.#tell(channel, 'sync');
    return channel;
  }

  /** @throws GoogleError 404 when there is no such channel (any more) */
  stop(id: string, resourceId: string, email: string): void {
    const channel = this.open().find((open) => open.id === id);
    if (channel === undefined || channel.resourceId !== resourceId || channel.email !== email) {
      throw new GoogleError(404, 'notFound', { message: `Channel '${id}' not found` });
    }
    this.#channels.delete(id);
  }

  /** Something in a calendar was written. */
  changed(calendarId: string): void {
    for (const channel of this.open()) {
      if (channel.calendarId === calendarId) this.#tell(channel, 'exists');
    }
  }

  #tell(channel: Channel, state: 'sync' | 'exists'): void {
    channel.messages += 1;
    this.#callbacks.notify('google', {
      url: channel.address,
      headers: {
        'x-goog-channel-id': channel.id,
        'x-goog-channel-expiration': new Date(channel.expiresAt).toUTCString(),
        'x-goog-resource-id': channel.resourceId,
        'x-goog-resource-uri': channel.resourceUri,
        'x-goog-resource-state': state,
        'x-goog-message-number': String(channel.messages),
        ...(channel.token !== null && { 'x-goog-channel-token': channel.token }),
      },
    });
  }
}

function channelRequest(resource: unknown): z.infer<typeof ChannelRequest> {
  const request = ChannelRequest.safeParse(resource);
  if (!request.success) {
    const [field = 'channel'] = request.error.issues[0]?.path ?? [];
    throw required(`Invalid or missing channel.${String(field)}`, `channel.${String(field)}`);
  }
  const { protocol, hostname } = new URL(request.data.address);
  if (protocol === 'http:' && !['127.0.0.1', '[::1]', 'localhost'].includes(hostname)) {
    throw new GoogleError(400, 'push.webhookUrlNotHttps', {
      message: `WebHook callback must be HTTPS: ${request.data.address}`,
    });
  }
  return request.data;
}
