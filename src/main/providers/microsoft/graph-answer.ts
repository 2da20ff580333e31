/** What Graph answered to one request, alone or in a batch. */
export interface GraphAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON, or the text itself where it is none. Not validated. */
  readonly body: unknown;
}
