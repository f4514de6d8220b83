import { app } from "../app.ts";
import type { Case } from "../hostile-requests.ts";
import type { Person } from "../people.ts";
import { forms } from "./forms.ts";

const sites = [undefined, "same-origin", "none", "same-site", "cross-site", "", "Same-Origin", "none, none"];

const origins = [
  undefined,
  app.appUrl,
  `${app.appUrl}/`,
  app.appUrl.toUpperCase(),
  app.appUrl.replace("http:", "https:"),
  `${app.appUrl}.evil.example`,
  "http://localhost",
  "http://127.0.0.1",
  "https://evil.example",
  "null",
  "",
];

/** Every pair of the two headers, on a post that deletes the actor's own todo if it passes. */
export function originCases(next: () => Person): Case[] {
  const pairs = sites.flatMap((site) => origins.map((origin) => ({ site, origin })));
  const refused = pairs.filter(({ site, origin }) => !isFromHere(site, origin));
  return [
    ...refused.map((pair) => {
      const { todoId, cookie } = next();
      return post("/?index", pair, { body: `intent=delete&id=${todoId}`, cookie, expected: 403 });
    }),
    ...pairs
      .filter(({ site, origin }) => isFromHere(site, origin))
      .map((pair) => {
        const body = "intent=delete&id=9223372036854775807";
        return post("/?index", pair, { body, cookie: next().cookie, expected: 404 });
      }),
    ...["/sign-out", ...forms.map(({ path }) => path)].flatMap((path) =>
      refused
        .filter((_, index) => index % 7 === 0)
        .map((pair) => post(path, pair, { body: "", cookie: next().cookie, expected: 403 })),
    ),
  ];
}

function isFromHere(site: string | undefined, origin: string | undefined): boolean {
  return site === undefined ? origin === app.appUrl : site === "same-origin" || site === "none";
}

function post(
  path: string,
  { site, origin }: { site: string | undefined; origin: string | undefined },
  rest: { body: string; cookie: string; expected: number },
): Case {
  const type = { "Content-Type": "application/x-www-form-urlencoded" };
  const headers = {
    ...type,
    ...(site !== undefined && { "Sec-Fetch-Site": site }),
    ...(origin !== undefined && { Origin: origin }),
  };
  return {
    method: "POST",
    path,
    badness: `Sec-Fetch-Site ${site}, Origin ${origin}`,
    ...rest,
    headers,
    isForeign: true,
  };
}
