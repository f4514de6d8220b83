import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { closeDatabases, connectDatabase } from "#app/db/database.server.ts";
import { undeliveredUserEvents } from "#tests/mocks/stack/user-events.ts";
import { valueDifferences } from "#tests/recordings/comparison.ts";
import { missingFor, notCovered } from "#tests/recordings/coverage.ts";
import { nameOf, projectOf, recordedExchanges, recordedWebhook } from "#tests/recordings/exchanges.ts";
import { asRecorded, otherPeople, renamedValue } from "#tests/recordings/other-people.ts";
import { Placeholders } from "#tests/recordings/placeholders.ts";
import { signUp } from "#tests/recordings/preparation.ts";
import { Replay } from "#tests/recordings/replay.ts";

const database = connectDatabase(z.string().parse(process.env.STACK_DATABASE_URL));
const exchanges = recordedExchanges();
const covered = exchanges.filter((exchange) => !missingFor(exchange));

afterAll(closeDatabases);

async function eventsOf(type: string) {
  const events = await database.query(undeliveredUserEvents());
  return events.filter((event) => event.type === type).map(({ data }) => z.json().parse(data));
}

const casts = [
  { people: "the recorded people", rename: asRecorded },
  { people: "other people", rename: otherPeople(exchanges) },
];

describe.each(casts)("with $people", ({ people, rename }) => {
  let replay: Replay;
  let replayed = 0;

  beforeAll(async () => {
    replay = await Replay.start(database, rename);
  });

  for (const exchange of covered.filter((each) => projectOf(each) === "<project_id>")) {
    test(nameOf(exchange), async () => {
      expect(await replay.play(exchange)).toEqual([]);
      replayed++;
    });
  }

  test("issued tokens work, except a deleted user's and one from before a new password", async () => {
    expect(await replay.uselessTokens()).toEqual([
      "<refresh_token:11>",
      "<access_token:20>",
      "<refresh_token:18>",
    ]);
  });

  test.each(["user.updated", "user.deleted"])("the first %s matches the recorded webhook", async (type) => {
    const [event] = await eventsOf(type);
    expect(valueDifferences(renamedValue(recordedWebhook(type), rename), event, replay.placeholders)).toEqual(
      [],
    );
  });

  test("a sign-up matches the recorded webhook", async () => {
    const webhook = recordedWebhook("user.created");
    const placeholders = new Placeholders();
    await signUp(replay, { email: "admin-mu816s@example.com", password: "Correct-horse-9" });
    const event = (await eventsOf("user.created")).at(-1);
    expect(valueDifferences(renamedValue(webhook, rename), event, placeholders)).toEqual([]);
  });

  test("137 of the 154 exchanges were replayed", () => {
    console.log(`${replayed} of ${exchanges.length} exchanges replayed with ${people}`);
    expect([replayed, exchanges.length]).toEqual([137, 154]);
  });
});

describe.each(casts)("with $people, in the project that requires verified emails", ({ people, rename }) => {
  let replay: Replay;
  let replayed = 0;

  beforeAll(async () => {
    replay = await Replay.start(database, rename, "<verified_only_project_id>");
  });

  for (const exchange of covered.filter((each) => projectOf(each) === "<verified_only_project_id>")) {
    test(nameOf(exchange), async () => {
      expect(await replay.play(exchange)).toEqual([]);
      replayed++;
    });
  }

  test("all issued tokens work", async () => {
    expect(await replay.uselessTokens()).toEqual([]);
  });

  test("16 of the 154 exchanges were replayed", () => {
    console.log(`${replayed} of ${exchanges.length} exchanges replayed with ${people} in that project`);
    expect([replayed, exchanges.length]).toEqual([16, 154]);
  });
});

test("the other exchange needs a feature that the stand-in lacks", () => {
  const others = exchanges.length - covered.length;
  console.log(`${others} exchanges not covered:\n  ${notCovered(exchanges).join("\n  ")}`);
  expect(others).toBe(1);
  expect(notCovered(exchanges)).toMatchInlineSnapshot(`
    [
      "2. token refresh: refresh, refresh token of another project (needs a second project on the same API)",
    ]
  `);
});
