import { dataPath } from "#app/http/remix-data.ts";
import { sessionCookie, sessionOf } from "#tests/setup/accounts.ts";
import { app } from "../app.ts";
import type { Case } from "../hostile-requests.ts";
import type { Person } from "../people.ts";

/** Invalid session cookies, each made from a valid one. */
async function badCookies(person: Person, other: Person): Promise<[badness: string, cookie: string][]> {
  const { cookie } = person;
  const [name = "", value = ""] = cookie.split(/=(.*)/s);
  const [content = "", signature = ""] = decodeURIComponent(value).split(/\.(.*)/s);
  const [, othersSignature = ""] = decodeURIComponent(other.cookie.split("=")[1] ?? "").split(/\.(.*)/s);
  const accessToken = JSON.parse(atob(content)).accessToken;
  const [header, payload, proof] = accessToken.split(".");
  const withToken = (token: string) =>
    sessionCookie(app, { accessToken: token, refreshToken: "none", profileSeen: true });
  const asOther = {
    ...JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/"))),
    sub: other.userId,
  };
  const noAlgorithm = Buffer.from('{"alg":"none"}').toString("base64url");
  const asOthers = Buffer.from(JSON.stringify(asOther)).toString("base64url");
  return [
    ["garbage", `${name}=garbage`],
    ["empty", `${name}=`],
    ["no value", name],
    ["damaged encoding", `${name}=%E0%A4%A`],
    ["NUL", `${name}=%00${value}`],
    ["no signature", `${name}=${content}`],
    ["an empty signature", `${name}=${content}.`],
    ["cut off", cookie.slice(0, -10)],
    ["cut off in the middle", cookie.slice(0, cookie.length / 2)],
    ["another's signature", `${name}=${encodeURIComponent(`${content}.${othersSignature}`)}`],
    ["its signature twice", `${name}=${encodeURIComponent(`${content}.${signature}.${signature}`)}`],
    [
      "signed with another secret",
      await sessionOf({ ...app, sessionSecret: "not the secret of this site, at all" }, person.userId),
    ],
    ["another port's", cookie.replace(name, "todos-session-1")],
    ["in capitals", cookie.replace(name, name.toUpperCase())],
    ["12 KB", `${name}=${"x".repeat(12_000)}`],
    ["a prototype", `${name}=${btoa('{"__proto__":{"accessToken":"a"}}')}`],
    ["500 others", Array.from({ length: 500 }, (_, index) => `c${index}=1`).join("; ")],
    ["another's first", `${name}=garbage; ${cookie}`],
    // Signed with the site's own secret, as if it had leaked: the tokens inside need Stack's signature.
    [
      "signed, of another shape",
      await sessionCookie(app, { accessToken: 1, refreshToken: [], profileSeen: "x" }),
    ],
    ["signed, a list", await sessionCookie(app, [accessToken])],
    ["signed, no token", await withToken("garbage")],
    ["signed, a token without algorithm", await withToken(`${noAlgorithm}.${asOthers}.`)],
    ["signed, a changed token", await withToken(`${header}.${asOthers}.${proof}`)],
    ["signed, a token cut off", await withToken(accessToken.slice(0, -5))],
    ["signed, a huge token", await withToken("eyJ".padEnd(9_000, "x"))],
  ];
}

/** A client with such a cookie is signed out on every page. */
export async function cookieCases(person: Person, other: Person): Promise<Case[]> {
  const cookies = await badCookies(person, other);
  const requests: Pick<Case, "method" | "path" | "body" | "expected">[] = [
    { path: dataPath("/", "routes/todos/route"), expected: 200 },
    { path: "/account", expected: 303 },
    { path: "/stats", expected: 303 },
    { path: "/export.json", expected: 303 },
    { path: "/events", expected: 204 },
    { path: "/verify-email", expected: 200 },
    { method: "POST", path: "/?index", body: `intent=delete&id=${person.todoId}`, expected: 303 },
    { method: "POST", path: "/account", body: `intent=delete&email=${person.email}`, expected: 303 },
    { method: "POST", path: "/sign-out", body: "", expected: 303 },
  ];
  return requests.flatMap((request) =>
    cookies.map(([badness, cookie]) => ({ ...request, badness: `cookie: ${badness}`, cookie })),
  );
}

/** Our other cookies, and foreign ones. */
export function otherCookieCases(person: Person): Case[] {
  const { port } = new URL(app.appUrl);
  return ["todos-undo", "todos-magic-link", "todos-theme", "todos-oauth-abcdefgh"].flatMap((name) =>
    ["x", "%00", "%E0%A4%A", btoa('"dark"'), btoa('"<script>steal()</script>"'), btoa("{}"), "a.b"].flatMap(
      (value) =>
        ["/", "/magic-link?done=sent", "/auth/github/callback?state=abcdefgh&code=a"].map((path) => ({
          path,
          badness: `cookie ${name}: ${value}`,
          cookie: `${path === "/" ? `${person.cookie}; ` : ""}${name}-${port}=${value}`,
          expected: path.startsWith("/auth") ? 303 : 200,
        })),
    ),
  );
}
