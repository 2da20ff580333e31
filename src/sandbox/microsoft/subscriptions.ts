import { z } from 'zod';
import type { Callbacks } from '../callbacks.ts';
import type { SandboxClock, SandboxRandom } from '../ports.ts';
import type { CalendarEvent } from './event.ts';
import { etagOf } from './event-version.ts';
import { GraphError, invalidRequest } from './graph-error.ts';
import { type IdForm, itemId } from './item-id.ts';

/** https://learn.microsoft.com/en-us/graph/api/resources/subscription#subscription-lifetime */
const LONGEST_MINUTES = 4_230;
/** How long an address may take to prove that it wants to be called. */
const HANDSHAKE_MS = 10_000;

const Expiration = z.iso.datetime({ offset: true });

/** https://learn.microsoft.com/en-us/graph/api/subscription-post-subscriptions */
const SubscriptionRequest = z.object({
  changeType: z.string().regex(/^(created|updated|deleted)(,(created|updated|deleted))*$/),
  notificationUrl: z.url({ protocol: /^https?$/ }),
  lifecycleNotificationUrl: z.url({ protocol: /^https?$/ }).optional(),
  resource: z.string(),
  expirationDateTime: Expiration,
  clientState: z.string().max(128).optional(),
});

const Renewal = z.object({ expirationDateTime: Expiration });

export const LIFECYCLE_EVENTS = ['reauthorizationRequired', 'subscriptionRemoved', 'missed'] as const;
export type LifecycleEvent = (typeof LIFECYCLE_EVENTS)[number];
export type ChangeType = 'created' | 'updated' | 'deleted';

export interface Subscription {
  readonly id: string;
  readonly applicationId: string;
  readonly changeType: string;
  readonly resource: string;
  readonly notificationUrl: string;
  readonly lifecycleNotificationUrl: string | null;
  readonly clientState: string | null;
  readonly expirationDateTime: string;
  /** The object id of whose access it is. */
  readonly creatorId: string;
  readonly tenantId: string;
  readonly calendarId: string;
  readonly idForm: IdForm;
}

/** Whose subscription it is to be, and to what. */
export type Subscriber = Pick<
  Subscription,
  'applicationId' | 'creatorId' | 'tenantId' | 'calendarId' | 'idForm'
>;

/** Change notifications: https://learn.microsoft.com/en-us/graph/change-notifications-delivery-webhooks */
export class Subscriptions {
  readonly #clock: SandboxClock;
  readonly #random: SandboxRandom;
  readonly #callbacks: Callbacks;
  readonly #subscriptions = new Map<string, Subscription>();

  constructor(clock: SandboxClock, random: SandboxRandom, callbacks: Callbacks) {
    this.#clock = clock;
    this.#random = random;
    this.#callbacks = callbacks;
  }

  /** The subscriptions that have not expired. */
  open(): readonly Subscription[] {
    const now = this.#clock.now().getTime();
    for (const { id, expirationDateTime } of [...this.#subscriptions.values()]) {
      if (Date.parse(expirationDateTime) <= now) this.#subscriptions.delete(id);
    }
    return [...this.#subscriptions.values()];
  }

  /** @throws GraphError 404 when there is none of that id (any more), or it is somebody else's */
  get(id: string, creatorId: string): Subscription {
    const subscription = this.open().find((open) => open.id === id && open.creatorId === creatorId);
    if (subscription === undefined)
      throw new GraphError(404, 'ResourceNotFound', 'The object was not found.');
    return subscription;
  }

  /**
   * Subscribes, once both addresses have proved that they want to be called.
   * @throws GraphError 400
   */
  async create(resource: unknown, subscriber: Subscriber): Promise<Subscription> {
    const request = SubscriptionRequest.safeParse(resource);
    if (!request.success) throw invalidRequest(request.error.issues[0]?.message ?? 'Malformed subscription.');
    const { clientState = null, lifecycleNotificationUrl = null, ...given } = request.data;
    this.#assertLifetime(given.expirationDateTime);
    for (const url of new Set([given.notificationUrl, lifecycleNotificationUrl])) {
      if (url !== null) await this.#validate(url);
    }
    const subscription = {
      ...given,
      ...subscriber,
      id: this.#random.uuid(),
      clientState,
      lifecycleNotificationUrl,
    };
    this.#subscriptions.set(subscription.id, subscription);
    return subscription;
  }

  /** @throws GraphError 400, 404 */
  renew(id: string, creatorId: string, resource: unknown): Subscription {
    const subscription = this.get(id, creatorId);
    const renewal = Renewal.safeParse(resource);
    if (!renewal.success) throw invalidRequest('Only the expirationDateTime of a subscription can change.');
    this.#assertLifetime(renewal.data.expirationDateTime);
    const renewed = { ...subscription, ...renewal.data };
    this.#subscriptions.set(id, renewed);
    return renewed;
  }

  /** @throws GraphError 404 */
  delete(id: string, creatorId: string): void {
    this.get(id, creatorId);
    this.#subscriptions.delete(id);
  }

  /** Events of a calendar were written: one notification with all of them for each who wants to know. */
  changed(
    calendarId: string,
    changes: readonly { readonly event: CalendarEvent; readonly changeType: ChangeType }[],
  ): void {
    for (const subscription of this.open()) {
      const wanted = subscription.changeType.split(',');
      const value = changes
        .filter(({ changeType }) => subscription.calendarId === calendarId && wanted.includes(changeType))
        .map((change) => ({ ...about(subscription), ...notified(subscription, change) }));
      if (value.length > 0) this.#send(subscription.notificationUrl, value);
    }
  }

  /**
   * What Graph tells of a subscription itself; `subscriptionRemoved` also ends it.
   * @throws RangeError when there is none of that id
   */
  tell(id: string, lifecycleEvent: LifecycleEvent): void {
    const subscription = this.open().find((open) => open.id === id);
    if (subscription === undefined) throw new RangeError(`There is no subscription ${id}.`);
    if (lifecycleEvent === 'subscriptionRemoved') this.#subscriptions.delete(id);
    const { lifecycleNotificationUrl: url } = subscription;
    if (url !== null) this.#send(url, [{ ...about(subscription), lifecycleEvent }]);
  }

  #send(url: string, value: readonly object[]): void {
    this.#callbacks.notify('microsoft', {
      url,
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify({ value }),
    });
  }

  #assertLifetime(expiration: string): void {
    const minutes = (Date.parse(expiration) - this.#clock.now().getTime()) / 60_000;
    if (minutes > 0 && minutes <= LONGEST_MINUTES) return;
    const reason =
      minutes > 0
        ? `Subscription expiration can only be ${LONGEST_MINUTES} minutes in the future.`
        : 'Subscription expiration must be in the future.';
    throw new GraphError(400, 'ExtensionError', `Operation: Create; Exception: [${reason}]`);
  }

  /** The address must answer with the token it is sent: https://learn.microsoft.com/en-us/graph/change-notifications-delivery-webhooks#notificationurl-validation */
  async #validate(address: string): Promise<void> {
    const token = `Validation: Testing client application reachability for subscription Request-Id: ${this.#random.uuid()}`;
    const url = new URL(address);
    url.searchParams.set('validationToken', token);
    const headers = { 'content-type': 'text/plain; charset=utf-8' };
    const answer = await this.#callbacks.ask({ url: url.href, headers, body: '' }, HANDSHAKE_MS);
    const isPlain = answer?.headers.get('content-type')?.startsWith('text/plain') === true;
    if (answer?.status === 200 && isPlain && (await answer.text()) === token) return;
    throw new GraphError(
      400,
      'ValidationError',
      `Subscription validation request failed. ${
        answer === null
          ? 'Notification endpoint did not respond in time.'
          : `Response must exactly match validationToken query parameter. HTTP status code is '${answer.status}'.`
      }`,
    );
  }
}

function about({ id, expirationDateTime, tenantId, clientState }: Subscription) {
  return {
    subscriptionId: id,
    subscriptionExpirationDateTime: expirationDateTime,
    tenantId,
    ...(clientState !== null && { clientState }),
  };
}

function notified(
  { creatorId, idForm }: Subscription,
  { event, changeType }: { readonly event: CalendarEvent; readonly changeType: ChangeType },
) {
  const id = itemId(event, idForm);
  const resource = `Users/${creatorId}/Events/${id}`;
  return {
    changeType,
    resource,
    resourceData: {
      '@odata.type': '#Microsoft.Graph.Event',
      '@odata.id': resource,
      '@odata.etag': etagOf(event),
      id,
    },
  };
}
