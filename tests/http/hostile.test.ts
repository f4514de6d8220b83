import fc from "fast-check";
import sql from "sql-template-tag";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { forEach, hangUp, heap, requestsSent, send, sendBytes } from "./app.ts";
import { anyBody, anyForm, anyHeaders, anyUrl, check, expectSound, seed } from "./hostile-arbitrary.ts";
import { type Attempt, attemptsOn, fieldsOf, flawsIn } from "./hostile-forms.ts";
import { type Case, flawsInAnswers } from "./hostile-requests.ts";
import { type Person, setRole, signedInPeople } from "./people.ts";
import { fingerprint, rows, synced } from "./rows.ts";
import { bodyCases } from "./table/bodies.ts";
import { badBytes, rightBytes } from "./table/bytes.ts";
import { cookieCases, otherCookieCases } from "./table/cookies.ts";
import { taskIn } from "./table/fields.ts";
import { forms } from "./table/forms.ts";
import { headerCases } from "./table/headers.ts";
import { originCases } from "./table/origins.ts";
import { methodCases } from "./table/routes.ts";
import { dataCases, pathCases, queryCases } from "./table/urls.ts";
import { badValues } from "./table/values.ts";
import { webhookCases } from "./table/webhooks.ts";

/** The time limit of the last requests' queries, and an idle moment. */
const settling = { timeout: 60_000, interval: 500 };

/** Enough users that none of them reaches the limit of changes per minute. */
const peopleCount = 80;
const people: Person[] = [];
let admin: Person;
let started: Awaited<ReturnType<typeof heap>>;
let warm: Awaited<ReturnType<typeof heap>>;
let turn = 0;
const next = () => people[turn++ % people.length] as Person;

beforeAll(async () => {
  people.push(...(await signedInPeople(peopleCount)));
  [admin] = people.splice(0, 1) as [Person];
  await setRole(admin.userId, "admin");
  started = await heap();
  console.log(`Arbitrary input: FAST_CHECK_SEED=${seed}`);
});

afterAll(() => {
  hangUp();
  console.log(`Hostile input: ${requestsSent()} requests`);
});

function megabytes({ bytes }: { bytes: number }): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

test("an accepted task is stored as typed, without the white space around it", async () => {
  const typed = badValues.flatMap(({ encoded }) => {
    const task = taskIn(new URLSearchParams(`task=${encoded}`).get("task") ?? undefined);
    return task === undefined ? [] : [{ encoded, task, key: crypto.randomUUID() }];
  });
  await forEach(typed, async ({ encoded, key }) => {
    await send({
      method: "POST",
      path: "/?index",
      body: `intent=add&key=${key}&task=${encoded}`,
      cookie: next().cookie,
    });
  });
  const stored = await rows(
    z.object({ key: z.string(), task: z.string() }),
    sql`select add_key::text as key, task from todos where add_key = any(${typed.map(({ key }) => key)}::uuid[])`,
  );
  const byKey = new Map(stored.map(({ key, task }) => [key, task]));
  expect(typed.map(({ key }) => byKey.get(key))).toEqual(typed.map(({ task }) => task));
});

const groups: [title: string, cases: () => Case[] | Promise<Case[]>][] = [
  ["every route takes its methods, from every kind of user", () => methodCases(next(), admin)],
  ["every route refuses a body that is not a form", () => bodyCases(next)],
  ["every route refuses a form from another site", () => originCases(next)],
  ["an invalid session cookie does not sign in", () => cookieCases(next(), next())],
  ["a cookie of another kind changes nothing", () => otherCookieCases(next())],
  ["an invalid query parameter is ignored", () => queryCases(next, admin)],
  ["a script gets nothing from a route that is not the page's", () => dataCases(next)],
  ["a path that leads nowhere is a plain 404", () => pathCases],
  ["no header value matters", () => headerCases(next)],
  ["a webhook that is not Stack's, or is invalid, is refused", () => webhookCases(next().userId)],
];
/** Sends one of two halves of everything. After the first, each kind of request has come, and the process is warm. */
function testHalf(half: 0 | 1): void {
  const which = half === 0 ? "first half" : "second half";
  const isInHalf = (_: unknown, index: number) => index % 2 === half;
  for (const form of forms) {
    for (const name of fieldsOf(form)) {
      test(`${form.name}: however "${name}" is mutated, the answer follows the contract, and no row changes (${which})`, async () => {
        const attempts = attemptsOn(form, name, next).filter(isInHalf);
        const isAccepted = ({ expected }: Attempt) => expected === 303 && form.changesRows === true;
        const refused = attempts.filter((each) => !isAccepted(each));
        const accepted = attempts.filter(isAccepted);
        const tried = accepted.filter((_, index) => index % (form.triesOneIn ?? 1) === 0);
        if (tried.length < accepted.length) {
          console.log(
            `${form.name}: of ${accepted.length} that are accepted ${tried.length} are tried, as each takes long`,
          );
        }
        const before = await fingerprint();
        expect(await flawsIn(refused)).toEqual([]);
        expect(await fingerprint()).toBe(before);
        expect(await flawsIn(tried)).toEqual([]);
        await synced();
      });
    }
  }
  for (const [title, casesOf] of groups) {
    test(`${title}, and no row changes (${which})`, async () => {
      const cases = (await casesOf()).filter(isInHalf);
      await synced();
      const before = await fingerprint();
      expect(await flawsInAnswers(cases)).toEqual([]);
      expect(await fingerprint()).toBe(before);
    });
  }
}

testHalf(0);
test("the process is warm, and the same as before", async () => {
  await synced();
  warm = await heap();
  expect(warm.pid).toBe(started.pid);
});
testHalf(1);

test("invalid and ambiguous requests are refused, and no row changes", async () => {
  expect(await sendBytes(rightBytes)).toMatch(/^HTTP\/1\.1 200 /);
  const cases = badBytes(next());
  await synced();
  const before = await fingerprint();
  const flaws: string[] = [];
  await forEach(cases, async ([badness, bytes]) => {
    const answer = await sendBytes(bytes);
    if (!/^$|^HTTP\/1\.1 (400|405|408|413|417|431) /.test(answer))
      flaws.push(`${badness}: ${answer.slice(0, 300)}`);
  });
  expect(flaws).toEqual([]);
  expect(await fingerprint()).toBe(before);
});

test("a form of arbitrary fields is refused if it asks for nothing valid", async () => {
  const paths = [...new Set(forms.map(({ path }) => path))];
  await check(400, fc.tuple(fc.constantFrom(...paths), anyForm), ([path, body]) =>
    // The client is signed out, and no such form has an email.
    expectSound({ method: "POST", path, body }, (status) => [303, 400, 413].includes(status)),
  );
  await check(400, anyForm, (body) =>
    expectSound({ method: "POST", path: "/?index", body, cookie: next().cookie }, (status) =>
      [303, 400, 403, 404].includes(status),
    ),
  );
  await synced();
});

const arbitrary: [title: string, checked: () => Promise<void>][] = [
  [
    "a body of arbitrary bytes",
    () =>
      check(
        300,
        fc.tuple(fc.constantFrom("/?index", "/account", "/theme", "/sign-in"), anyBody),
        ([path, { type, body }]) =>
          expectSound(
            { method: "POST", path, body, headers: { "Content-Type": type }, cookie: next().cookie },
            (status) => status === 400 || status === 303,
          ),
      ),
  ],
  [
    "an arbitrary address",
    () =>
      check(500, anyUrl, (path) => expectSound({ path, cookie: next().cookie }, (status) => status < 500)),
  ],
  [
    "arbitrary headers",
    () => check(300, anyHeaders, (headers) => expectSound({ path: "/", headers }, (status) => status < 500)),
  ],
];
for (const [title, checked] of arbitrary) {
  test(`${title} is answered soundly, and no row changes`, async () => {
    const before = await fingerprint();
    await checked();
    expect(await fingerprint()).toBe(before);
  });
}

test("the process is the same as before, and its heap is the same within 10 %", async () => {
  hangUp();
  let last = warm;
  await expect
    .poll(async () => {
      last = await heap();
      return last.pid === warm.pid && last.bytes <= warm.bytes * 1.1;
    }, settling)
    .toBe(true)
    .finally(() => console.log(`Heap: ${megabytes(warm)} after warm-up, ${megabytes(last)} at the end`));
});
