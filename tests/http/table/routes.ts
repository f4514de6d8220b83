import type { Case } from "../hostile-requests.ts";
import type { Person } from "../people.ts";

/** Three statuses: for signed-out clients, users, and admins. */
type Statuses = string;

// What each route answers to GET and HEAD, and to a POST with an empty form. All other methods get 405.
const routes: [path: string, get: Statuses, post: Statuses][] = [
  ["/", "200 200 200", "405 405 405"],
  ["/?index", "200 200 200", "303 400 400"],
  ["/?index&index", "200 200 200", "303 400 400"],
  ["/?index=1", "200 200 200", "405 405 405"],
  ["/sign-up", "200 303 303", "400 303 303"],
  ["/sign-in", "200 303 303", "400 303 303"],
  ["/forgot-password", "200 200 200", "400 400 400"],
  ["/reset-password", "200 200 200", "400 400 400"],
  ["/magic-link", "200 303 303", "400 303 303"],
  ["/sign-out", "303 303 303", "303 - -"],
  ["/verify-email", "200 200 200", "303 - -"],
  ["/verify-email?code=0", "200 200 200", "400 400 400"],
  ["/auth/github", "303 303 303", "405 405 405"],
  ["/auth/nobody", "404 303 303", "405 405 405"],
  ["/auth/%00", "404 303 303", "405 405 405"],
  ["/auth/__proto__/callback?code=a&state=b", "303 303 303", "405 405 405"],
  ["/account", "303 200 200", "303 400 400"],
  ["/export.json", "303 200 200", "405 405 405"],
  ["/export.csv", "303 200 200", "405 405 405"],
  ["/import", "303 200 200", "303 400 400"],
  ["/people", "303 200 200", "405 405 405"],
  ["/people?q=%00%25", "303 200 200", "405 405 405"],
  ["/theme", "303 303 303", "400 400 400"],
  ["/webhooks/stack", "405 405 405", "401 401 401"],
  ["/events", "204 200 200", "405 405 405"],
  ["/stats", "303 403 200", "405 405 405"],
  ["/stats.csv", "303 403 200", "405 405 405"],
  ["/livez", "200 200 200", "405 405 405"],
  ["/readyz", "200 200 200", "405 405 405"],
  ["/metrics", "404 404 404", "404 404 404"],
  ["/nowhere", "404 404 404", "404 404 404"],
  ["/assets/nowhere.js", "404 404 404", "404 404 404"],
];

const otherMethods = ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "PURGE", "M-SEARCH"];

/** Every route by every method, for every kind of user. */
export function methodCases(user: Person, admin: Person): Case[] {
  return routes.flatMap(([path, get, post]) =>
    ["", user.cookie, admin.cookie].flatMap((cookie, index) => {
      const badness = ["signed out", "user", "admin"][index] ?? "";
      // Other tests cover their sign-out and mails.
      const statusOf = (statuses: Statuses) => Number(statuses.split(" ")[index]?.replace("-", "0"));
      const asked = [
        { method: "GET", expected: statusOf(get) },
        // Checking where a provider sends a browser must not use up the link.
        { method: "HEAD", expected: path.includes("/callback") ? 405 : statusOf(get) },
        { method: "POST", expected: statusOf(post), body: "" },
        ...otherMethods.map((method) => ({ method, expected: get.startsWith("404 404") ? 404 : 405 })),
      ];
      return asked
        .filter(({ expected }) => expected !== 0)
        .map((each) => ({ path, cookie, badness, ...each }));
    }),
  );
}
