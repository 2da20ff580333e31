/** Where `serve` listens unless it is told otherwise: always the same, since calendar apps remember it. */
export const SERVE_PORT = 4271;

/** Where this computer's own programs reach `serve`. */
export const localAddress = (): string => `http://127.0.0.1:${SERVE_PORT}`;
