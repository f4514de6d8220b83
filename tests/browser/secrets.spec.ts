import { expect, test } from "@playwright/test";
import { startInstance } from "#tests/setup/instance.ts";
import { Collection, kinds } from "./secrets/collection.ts";
import * as flows from "./secrets/flows.ts";
import { startRecordingProxy, unanswered } from "./secrets/recording-proxy.ts";
import { type Artefact, artefactsOf, findSecrets, type Place, places } from "./secrets/search.ts";
import type { Run } from "./secrets/steps.ts";
import { Visitor } from "./secrets/visitor.ts";

test("no secret is in a URL that leaves the site, in a log line, in a page, or in what scripts can read", async ({
  browser,
  javaScriptEnabled,
}) => {
  await using instance = await startInstance();
  const app = new URL(instance.appUrl);
  await using proxy = await startRecordingProxy();
  const collection = new Collection();
  const visitors: Visitor[] = [];
  const visitor = async () => {
    const context = await browser.newContext({
      javaScriptEnabled,
      baseURL: app.origin,
      proxy: proxy.options,
    });
    const newcomer = new Visitor(await context.newPage(), app);
    visitors.push(newcomer);
    return newcomer;
  };
  const run: Run = { instance, collection, visitor };
  const words = new Map(places.map((place) => [place, place === "log" ? loggedRoute : newWord()]));
  const planted = (place: Place) => words.get(place) ?? "";

  const bob = await flows.signUp(run, planted("data"));
  await flows.verifyAddress(run, bob);
  await flows.changePasswords(run, bob);
  await flows.useMagicLinks(run);
  const doug = await flows.signUp(run, "Doug");
  await flows.useProviders(run, doug.email);
  await flows.deleteAccount(doug);
  await flows.readPages(run, bob, [planted("HTML"), planted("events")], Boolean(javaScriptEnabled));
  await flows.meetOutages(run, bob);
  await plantTheRest(bob.visitor, planted, `${instance.stackApiUrl}/`);
  for (const { page } of visitors) await page.context().close();
  // By then everything that was logged before has been read too.
  await expect.poll(instance.log).toContain(planted("log"));

  collection.addKeys(instance);
  for (const exchange of proxy.exchanges) collection.addExchange(exchange, app);
  const missing = kinds.filter((kind) => !collection.secrets.get(kind)?.size);
  expect(missing, "kinds of secrets that the run did not bring about").toEqual([]);

  // No answer of the app sets one.
  const setCookies = [`planted=${planted("Set-Cookie without HttpOnly")}; Path=/; SameSite=Lax`];
  const plantedCookie = { ...unanswered(app), setCookies };
  const artefacts = [
    ...visitors.flatMap((each) => each.artefacts),
    ...[...proxy.exchanges, plantedCookie].flatMap((exchange) => artefactsOf(exchange, app)),
    ...instance
      .log()
      .split("\n")
      .map((text): Artefact => ({ place: "log", text })),
  ];
  for (const [place, word] of words) {
    // Only scripts get the list as events.
    if (place === "events" && !javaScriptEnabled) continue;
    expect([...findSecrets(artefacts, [["word", new Set([word])]]).keys()]).toContain(`word in ${place}`);
  }
  expect(Object.fromEntries(findSecrets(artefacts, collection.secrets))).toEqual({});
  expectNothingTypedIn(instance.log(), instance.databaseUrl, [...words.values()]);
  // Old browsers send a page's whole URL unless a policy forbids it.
  const referers = artefacts.filter(
    ({ place, text }) => place === "Referer to another site" && text.startsWith(app.origin),
  );
  expect(referers).toEqual([{ place: "Referer to another site", text: expect.stringContaining("planted=") }]);
});

/**
 * Some things that a page may show do not belong in the log: emails, tasks, names, and query strings.
 */
function expectNothingTypedIn(log: string, databaseUrl: string, words: string[]): void {
  const lines = log.split("\n").filter((line) => line.startsWith("{"));
  const events = new Set(lines.map((line) => JSON.parse(line).event));
  // The log holds every line that could have revealed something.
  for (const event of [
    ...["request", "error", "outage", "signed in", "sign-in failed", "signed out", "change"],
    ...["account form refused", "password changed", "password reset", "account deleted"],
  ]) {
    expect(events).toContain(event);
  }
  const logged = lines.map((text): Artefact => ({ place: "log", text }));
  const typed = words.filter((word) => word !== loggedRoute);
  expect(findSecrets(logged, [["word", new Set([...typed, databaseUrl, "@example.com"])]])).toEqual(
    new Map(),
  );
}

/** Plants what the flows have not planted. */
async function plantTheRest(
  visitor: Visitor,
  planted: (place: Place) => string,
  elsewhere: string,
): Promise<void> {
  await visitor.leaveFor(`${elsewhere}?planted=${planted("URL of another site")}`);
  await visitor.open(`/?planted=${planted("Referer to another site")}`);
  await visitor.leaveFor(elsewhere, "unsafe-url");
  await visitor.open(`/?planted=${planted("URL of this site")}`);
  // The log has the route, never a path that a client made up.
  await visitor.open(`/auth/github/callback?error=server_error&errorCode=${newWord()}`);
  await visitor.page.evaluate(
    ([cookie = "", local = "", session = ""]) => {
      // biome-ignore lint/suspicious/noDocumentCookie: this is what a script would read
      document.cookie = `planted=${cookie}`;
      localStorage.setItem("planted", local);
      sessionStorage.setItem("planted", session);
    },
    [planted("document.cookie"), planted("localStorage"), planted("sessionStorage")],
  );
  await visitor.open("/");
  await visitor.open("/webhooks/stack");
}

/** Only this test asks for it. */
const loggedRoute = '"route":"/webhooks/stack"';

/** Capital letters pass everywhere unchanged. */
function newWord(): string {
  const digits = crypto.randomUUID().replaceAll("-", "");
  return [...digits].map((digit) => String.fromCharCode(65 + Number.parseInt(digit, 16))).join("");
}
