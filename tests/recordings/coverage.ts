import { type Exchange, nameOf } from "./exchanges.ts";

/** What the stand-in has not got, by the exchanges that need it. */
const exchangesThatNeed: Record<string, string> = {
  "2. token refresh: refresh, refresh token of another project": "a second project on the same API",
};

/** @returns what the stand-in would need to answer an exchange; undefined: it answers it */
export function missingFor(exchange: Exchange): string | undefined {
  return exchangesThatNeed[nameOf(exchange)];
}

/** A line for each exchange that is not covered. */
export function notCovered(exchanges: Exchange[]): string[] {
  return exchanges
    .filter(missingFor)
    .map((exchange) => `${nameOf(exchange)} (needs ${missingFor(exchange)})`);
}
