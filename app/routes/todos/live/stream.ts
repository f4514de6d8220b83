/** Whether this page hears of changes at once, so that it need not ask for the result of its own. */
export const stream = { isHeard: false };
