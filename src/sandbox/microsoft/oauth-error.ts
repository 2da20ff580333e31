import type { Trace } from './graph-error.ts';

/** What Entra says of one of its numbered errors: https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes */
export interface EntraErrorBody {
  readonly error: string;
  readonly error_description: string;
  readonly error_codes: readonly number[];
  readonly timestamp: string;
  readonly trace_id: string;
  readonly correlation_id: string;
  readonly error_uri: string;
}

/** A refusal of the authorization server. */
export class EntraError extends Error {
  readonly status: number;
  readonly error: string;
  /** The number after `AADSTS`. */
  readonly number: number;

  constructor(error: string, number: number, message: string, status = 400) {
    super(`AADSTS${number}: ${message}`);
    this.name = 'EntraError';
    this.error = error;
    this.number = number;
    this.status = status;
  }

  body({ at, requestId, clientRequestId }: Trace): EntraErrorBody {
    const timestamp = `${at.toISOString().slice(0, 19).replace('T', ' ')}Z`;
    return {
      error: this.error,
      error_description: `${this.message} Trace ID: ${requestId} Correlation ID: ${clientRequestId} Timestamp: ${timestamp}`,
      error_codes: [this.number],
      timestamp,
      trace_id: requestId,
      correlation_id: clientRequestId,
      error_uri: `https://login.microsoftonline.com/error?code=${this.number}`,
    };
  }
}
