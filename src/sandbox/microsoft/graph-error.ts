/** What Graph says of one code when nothing better is at hand. */
const MESSAGES: Readonly<Record<string, string>> = {
  ApplicationThrottled: 'Application is over its MailboxConcurrency limit.',
  BadRequest: 'The request is invalid.',
  ErrorAccessDenied: 'Access is denied. Check credentials and try again.',
  ErrorDuplicateTransactionId:
    "Your request can't be completed. The TransactionId specified in the request has already been used to create a different event.",
  ErrorInternalServerError: 'An internal server error occurred. The operation failed.',
  ErrorInvalidIdMalformed: 'Id is malformed.',
  ErrorIrresolvableConflict:
    'The send or update operation could not be performed because the change key passed in the request does not match the current change key for the item.',
  ErrorItemNotFound: 'The specified object was not found in the store.',
  ErrorOccurrenceCrossingBoundary: 'Modified occurrence is crossing or overlapping adjacent occurrence.',
  ErrorRecurrenceHasNoOccurrence: 'The specified recurrence has no occurrence instances.',
  InvalidAuthenticationToken: 'Access token validation failure. Invalid audience.',
  resyncRequired: 'Resync required. Replace any local items with the server’s version.',
  serviceNotAvailable: 'The service is temporarily unavailable.',
  syncStateNotFound: 'The sync state generation is not found; generation=1;[highest=3][3][2].',
};

const USUAL_CODES: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'InvalidAuthenticationToken',
  403: 'ErrorAccessDenied',
  404: 'ErrorItemNotFound',
  409: 'ErrorIrresolvableConflict',
  410: 'syncStateNotFound',
  412: 'ErrorIrresolvableConflict',
  429: 'ApplicationThrottled',
  500: 'ErrorInternalServerError',
  503: 'serviceNotAvailable',
};

/** https://learn.microsoft.com/en-us/graph/errors#json-representation */
export interface GraphErrorBody {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly innerError: {
      /** UTC, without a zone. */
      readonly date: string;
      readonly 'request-id': string;
      readonly 'client-request-id': string;
    };
  };
}

/** What an error answer says of the request it belongs to. */
export interface Trace {
  readonly at: Date;
  readonly requestId: string;
  readonly clientRequestId: string;
}

/** A request that Graph refuses. */
export class GraphError extends Error {
  readonly status: number;
  readonly code: string;
  readonly retryAfterSeconds: number | null;

  /**
   * @param code default: the usual one of that status
   * @param message default: what Graph says of that code
   */
  constructor(
    status: number,
    code: string = USUAL_CODES[status] ?? 'UnknownError',
    message: string = MESSAGES[code] ?? '',
    retryAfterSeconds: number | null = null,
  ) {
    super(message);
    this.name = 'GraphError';
    this.status = status;
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  body({ at, requestId, clientRequestId }: Trace): GraphErrorBody {
    const date = at.toISOString().slice(0, 19);
    const innerError = { date, 'request-id': requestId, 'client-request-id': clientRequestId };
    return { error: { code: this.code, message: this.message, innerError } };
  }
}

/** 400 for a property whose value Exchange does not take. */
export function invalidProperty(message: string): GraphError {
  return new GraphError(400, 'ErrorPropertyValidationFailure', message);
}

/** 400 for a request that contradicts itself. */
export function invalidRequest(message: string): GraphError {
  return new GraphError(400, 'ErrorInvalidRequest', message);
}

/** 400 for a body that is no JSON, or not an object. */
export function unreadableBody(): GraphError {
  return new GraphError(
    400,
    'BadRequest',
    'Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.',
  );
}
