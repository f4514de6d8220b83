/** In code points. Fewer find too many. */
export const shortestPrefix = 2;
