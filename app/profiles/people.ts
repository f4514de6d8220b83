export interface Person {
  id: string;
  name: string | null;
  email: string;
}

/** In code points. Fewer find too many. */
export const shortestPrefix = 2;
