import type { Exchange } from "./recording-proxy.ts";

/** Where no secret may be. */
export const places = [
  "URL of another site",
  "Referer to another site",
  "URL of this site",
  "log",
  "HTML",
  "data",
  "events",
  "Set-Cookie without HttpOnly",
  "document.cookie",
  "localStorage",
  "sessionStorage",
] as const;
export type Place = (typeof places)[number];

/** A text that was seen in a place. */
export interface Artefact {
  place: Place;
  text: string;
}

/**
 * @param secrets by their kind
 * @returns `<kind> in <place>` for each secret found, with the text around it
 */
export function findSecrets(
  artefacts: Artefact[],
  secrets: Iterable<[string, Set<string>]>,
): Map<string, string> {
  const found = new Map<string, string>();
  const texts = new Map(artefacts.map((artefact) => [`${artefact.place} ${artefact.text}`, artefact]));
  for (const [kind, values] of secrets) {
    for (const form of [...values].flatMap(forms)) {
      for (const { place, text } of texts.values()) {
        const at = text.indexOf(form);
        if (at >= 0) found.set(`${kind} in ${place}`, text.slice(Math.max(0, at - 150), at + 150));
      }
    }
  }
  return found;
}

/** A secret as it is, in capitals, in base64 at any offset, and in a URL. */
function forms(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const encoded = [0, 1, 2].flatMap((before) => {
    const shifted = Buffer.concat([Buffer.alloc(before), bytes]);
    // Six bits each: the characters that depend on no neighbor.
    const [start, end] = [Math.ceil((before * 4) / 3), Math.floor((shifted.length * 4) / 3)];
    return (["base64", "base64url"] as const).map((name) => shifted.toString(name).slice(start, end));
  });
  const plain = [secret, secret.toUpperCase(), ...encoded];
  return [...new Set([...plain, ...plain.map(encodeURIComponent)])];
}

/** What an exchange shows to other sites, to the logs of proxies, or to scripts. */
export function artefactsOf(exchange: Exchange, app: URL): Artefact[] {
  const { url, referer, location, setCookies, contentType, body } = exchange;
  const isElsewhere = url.origin !== app.origin;
  const urls = [url, ...(location ? [location] : [])].map((each) => urlArtefact(each, app));
  if (isElsewhere) {
    return referer === undefined ? urls : [...urls, { place: "Referer to another site", text: referer }];
  }
  const readable = setCookies.filter((cookie) => !/; *HttpOnly/i.test(cookie));
  return [
    ...urls,
    ...readable.map((text): Artefact => ({ place: "Set-Cookie without HttpOnly", text })),
    { place: placeOf(contentType), text: body() },
  ];
}

export function urlArtefact(url: URL, app: URL): Artefact {
  const place = url.origin === app.origin ? "URL of this site" : "URL of another site";
  return { place, text: withoutWhatBelongs(url, app) };
}

function placeOf(contentType: string): Place {
  if (contentType.startsWith("text/html")) return "HTML";
  return contentType.startsWith("text/event-stream") ? "events" : "data";
}

/** The secrets that a URL is meant to carry: those of a mailed link, and of OAuth (RFC 6749, 4.1). */
const belonging: [isOfApp: boolean, path: RegExp, parameters: string[]][] = [
  [true, /^\/(verify-email|reset-password|magic-link)$/, ["code"]],
  [true, /^\/auth\/(github|google)\/callback$/, ["code", "state"]],
  [false, /^\/api\/v1\/auth\/oauth\/authorize\/(github|google)$/, ["state"]],
];

function withoutWhatBelongs(url: URL, app: URL): string {
  const rest = new URL(url);
  for (const [isOfApp, path, parameters] of belonging) {
    if (isOfApp !== (url.origin === app.origin) || !path.test(url.pathname)) continue;
    for (const name of parameters) rest.searchParams.delete(name);
  }
  return rest.href;
}
