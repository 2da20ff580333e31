/** What Google says of one reason: https://developers.google.com/workspace/calendar/api/guides/errors */
interface Wording {
  readonly domain: string;
  readonly message: string;
  readonly locationType?: string;
  readonly location?: string;
}

const WORDINGS: Readonly<Record<string, Wording>> = {
  authError: {
    domain: 'global',
    message: 'Invalid Credentials',
    locationType: 'header',
    location: 'Authorization',
  },
  backendError: { domain: 'global', message: 'Backend Error' },
  badRequest: { domain: 'global', message: 'Bad Request' },
  conditionNotMet: {
    domain: 'global',
    message: 'Precondition Failed',
    locationType: 'header',
    location: 'If-Match',
  },
  deleted: { domain: 'global', message: 'Resource has been deleted' },
  duplicate: { domain: 'global', message: 'The requested identifier already exists.' },
  forbidden: { domain: 'global', message: 'Forbidden' },
  fullSyncRequired: {
    domain: 'calendar',
    message: 'Sync token is no longer valid, a full sync is required.',
    locationType: 'parameter',
    location: 'syncToken',
  },
  insufficientPermissions: { domain: 'global', message: 'Insufficient Permission' },
  notFound: { domain: 'global', message: 'Not Found' },
  parseError: { domain: 'global', message: 'Parse Error' },
  quotaExceeded: { domain: 'usageLimits', message: 'Calendar usage limits exceeded.' },
  rateLimitExceeded: { domain: 'usageLimits', message: 'Rate Limit Exceeded' },
  requiredAccessLevel: {
    domain: 'calendar',
    message: 'You need to have writer access to this calendar.',
  },
  timeRangeEmpty: { domain: 'calendar', message: 'The specified time range is empty.' },
  userRateLimitExceeded: { domain: 'usageLimits', message: 'User Rate Limit Exceeded' },
};

const STATUS_NAMES: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  409: 'ALREADY_EXISTS',
  410: 'GONE',
  412: 'FAILED_PRECONDITION',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
};

const DEFAULT_REASONS: Readonly<Record<number, string>> = {
  400: 'badRequest',
  401: 'authError',
  403: 'forbidden',
  404: 'notFound',
  409: 'duplicate',
  410: 'deleted',
  412: 'conditionNotMet',
  429: 'rateLimitExceeded',
};

export interface GoogleErrorBody {
  readonly error: {
    readonly code: number;
    readonly message: string;
    readonly errors: readonly (Wording & { readonly reason: string })[];
    readonly status: string;
  };
}

/**
 * The JSON that Google answers an error with.
 * @param reason default: the usual one of that status
 * @param details overrides of what Google usually says of that reason
 */
export function googleErrorBody(
  status: number,
  reason: string = DEFAULT_REASONS[status] ?? 'backendError',
  details: Partial<Wording> = {},
): GoogleErrorBody {
  const wording = {
    domain: 'global',
    message: 'Bad Request',
    ...WORDINGS[reason],
    ...details,
  };
  return {
    error: {
      code: status,
      message: wording.message,
      errors: [{ reason, ...wording }],
      status: STATUS_NAMES[status] ?? 'UNKNOWN',
    },
  };
}

/** A request that Google refuses. */
export class GoogleError extends Error {
  readonly status: number;
  readonly reason: string;
  readonly body: GoogleErrorBody;

  constructor(status: number, reason?: string, details?: Partial<Wording>) {
    const body = googleErrorBody(status, reason, details);
    super(body.error.message);
    this.name = 'GoogleError';
    this.status = status;
    this.reason = body.error.errors[0]?.reason ?? '';
    this.body = body;
  }
}

/** 400 `invalid`, naming the field or parameter. */
export function invalid(message: string, location?: string): GoogleError {
  return new GoogleError(400, 'invalid', {
    message,
    ...(location === undefined ? {} : { locationType: 'parameter', location }),
  });
}

/** 400 `required`: something that must be there is missing. */
export function required(message: string, location?: string): GoogleError {
  return new GoogleError(400, 'required', {
    message,
    ...(location === undefined ? {} : { locationType: 'parameter', location }),
  });
}
