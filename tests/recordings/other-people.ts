import type { Exchange, Json } from "./exchanges.ts";

/** Says of the same things under other e-mail addresses and display names. */
export type Renaming = (text: string) => string;

export const asRecorded: Renaming = (text) => text;

/** A renaming of everybody who has an address or is given a name in the exchanges. */
export function otherPeople(exchanges: Exchange[]): Renaming {
  const names = new Map<string, string>();
  for (const { request } of exchanges) {
    const { body } = request;
    if (body === null || typeof body !== "object" || Array.isArray(body)) continue;
    const { display_name: name } = body;
    if (typeof name === "string") names.set(name, `Ζωή "${names.size}" O'Neil \\ 王 & Söhne`);
  }
  return (text) =>
    names.get(text) ??
    text.replace(
      /(%\w\w)?([\w-]+)(@|%40)(example\.com)/gi,
      (address, before = "", local: string, at: string) => {
        const other = `p.${[...local].reverse().join("")}_${local.length}${at}mail.other-example.org`;
        return before + (address === address.toUpperCase() ? other.toUpperCase() : other);
      },
    );
}

/** The same exchange among renamed people, in whatever it sends and answers. */
export function renamed(exchange: Exchange, rename: Renaming): Exchange {
  const { request, response } = exchange;
  return {
    ...exchange,
    request: { ...request, path: rename(request.path), body: renamedValue(request.body, rename) },
    response: {
      ...response,
      headers: Object.fromEntries(
        Object.entries(response.headers).map(([name, value]) => [name, rename(value)]),
      ),
      body: renamedValue(response.body, rename),
    },
  };
}

export function renamedValue(value: Json, rename: Renaming): Json {
  if (typeof value === "string") return rename(value);
  if (Array.isArray(value)) return value.map((item) => renamedValue(item, rename));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, renamedValue(item, rename)]));
}
