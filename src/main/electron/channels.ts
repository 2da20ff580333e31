/** By which names window and program speak, and the page's own address. The only ones there are. */
export const CHANNELS = { request: 'rpc:request', message: 'rpc:message' } as const;

export const SCHEME = 'calendar-sync';
/** As Chromium writes the origin of a standard scheme. */
export const ORIGIN = `${SCHEME}://app`;
