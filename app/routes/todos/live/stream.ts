/** Whether the stream brings changes, so that the page need not reload after its own. */
export const stream = { isHeard: false };
