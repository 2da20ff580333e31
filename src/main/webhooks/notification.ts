import { createHash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { isNestedDeeper } from '../../shared/nesting.ts';

/** Providers that notify, as their addresses spell them. */
export type NotifyingProvider = 'google' | 'microsoft';

/** What was posted, whichever way it came. Nothing of it is trusted yet. */
export interface Posted {
  readonly provider: NotifyingProvider;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

/** One thing that a notification says. */
export interface Notice {
  /** The channel as the notification names it: our id of it with Google, the subscription with Graph. */
  readonly channel: string;
  readonly secret: string;
  readonly event: 'opened' | 'changed' | 'missed' | 'reauthorize' | 'removed';
  /** Google's count of messages. */
  readonly message: number | null;
  /** The same for the same change told again. */
  readonly key: string;
}

/** What nobody's notification needs, and a parser should not be given. */
const MAX_DEPTH = 8;
/** Bytes. */
const MAX_BODY = 64 * 1024;
const MAX_ITEMS = 1_000;

const GoogleHeaders = z.object({
  'x-goog-channel-id': z.string().min(1).max(64),
  'x-goog-channel-token': z.string().max(256).default(''),
  'x-goog-resource-id': z.string().min(1).max(256),
  'x-goog-resource-state': z.enum(['sync', 'exists', 'not_exists']),
  'x-goog-message-number': z.string().regex(/^\d{1,15}$/),
});

const Item = z.object({
  subscriptionId: z.string().min(1).max(200),
  clientState: z.string().max(255).default(''),
  lifecycleEvent: z.enum(['reauthorizationRequired', 'subscriptionRemoved', 'missed']).optional(),
  changeType: z.string().max(40).optional(),
  resourceData: z.looseObject({ id: z.string(), '@odata.etag': z.string() }).partial().optional(),
});
const GraphBody = z.object({ value: z.array(Item).min(1).max(MAX_ITEMS) });

const LIFECYCLE = {
  reauthorizationRequired: 'reauthorize',
  subscriptionRemoved: 'removed',
  missed: 'missed',
} as const;

/** What a notification says; null when it is none: too large, too deep, or not as the provider writes them. */
export function noticesOf(posted: Posted): readonly Notice[] | null {
  if (Buffer.byteLength(posted.body) > MAX_BODY) return null;
  return posted.provider === 'google' ? googleNotices(posted) : graphNotices(posted);
}

function googleNotices({ headers }: Posted): readonly Notice[] | null {
  const parsed = GoogleHeaders.safeParse(headers);
  if (!parsed.success) return null;
  const message = Number(parsed.data['x-goog-message-number']);
  return [
    {
      channel: parsed.data['x-goog-channel-id'],
      secret: parsed.data['x-goog-channel-token'],
      event: parsed.data['x-goog-resource-state'] === 'sync' ? 'opened' : 'changed',
      message,
      key: String(message),
    },
  ];
}

function graphNotices({ body }: Posted): readonly Notice[] | null {
  if (isNestedDeeper(body, MAX_DEPTH)) return null;
  const parsed = GraphBody.safeParse(parsedJson(body));
  if (!parsed.success) return null;
  return parsed.data.value.map((item) => ({
    channel: item.subscriptionId,
    secret: item.clientState,
    event: item.lifecycleEvent === undefined ? 'changed' : LIFECYCLE[item.lifecycleEvent],
    message: null,
    key: JSON.stringify([item.changeType, item.resourceData?.id, item.resourceData?.['@odata.etag']]),
  }));
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export const secretHash = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** Whether a secret is the one with that hash, in a time that does not depend on how much of it is right. */
export function isSecret(secret: string, hash: string): boolean {
  const given = createHash('sha256').update(secret).digest();
  const kept = Buffer.from(hash, 'hex');
  return given.length === kept.length && timingSafeEqual(given, kept);
}
