import sql from "sql-template-tag";
import { expect, test } from "vitest";
import { z } from "zod";
import { answerWithMails } from "#db/local/services/inbox.ts";
import {
  asClient,
  bob,
  database,
  doug,
  request,
  run,
  signUpByHttp,
  standIn,
} from "#tests/db/stack-stand-in/harness.ts";
import { keepMail } from "#tests/mocks/stack/mails.ts";

const answer = answerWithMails(standIn.mails);
const asJson = { accept: "application/json" };

const get = async (path: string, headers: Record<string, string> = {}) =>
  answer(new Request(`http://127.0.0.1:9999${path}`, { headers }));
const subjects = async (path: string) =>
  z.array(z.object({ subject: z.string() })).parse(await (await get(path, asJson)).json());

const mail = { to: bob.email, subject: "Hello", text: "Hello.\n", links: ["http://localhost:3000/hello"] };

test("emails are listed newest first, all of them or those to one address in any case", async () => {
  await database.query(keepMail({ ...mail, subject: "1" }));
  await database.query(keepMail({ ...mail, to: doug.email, subject: "2" }));
  await database.query(keepMail({ ...mail, to: "Bob@Example.com", subject: "3" }));
  expect(await subjects("/")).toEqual([{ subject: "3" }, { subject: "2" }, { subject: "1" }]);
  expect(await subjects("/?to=bob%40example.com")).toEqual([{ subject: "3" }, { subject: "1" }]);
  expect(await subjects("/?to=nobody%40example.com")).toEqual([]);
});

test("an email as JSON has its address, subject, text, links and time", async () => {
  await database.query(keepMail(mail));
  const response = await get(`/?to=${bob.email}`, asJson);
  expect(response.headers.get("content-type")).toBe("application/json");
  expect(await response.json()).toEqual([{ ...mail, sentAt: expect.stringMatching(/Z$/) }]);
});

test("the page shows each email with its link, and runs no script", async () => {
  await signUpByHttp(bob);
  const callback_url = "http://localhost:3000/reset-password?a=1";
  await request("POST", "/auth/password/send-reset-code", asClient, { email: bob.email, callback_url });
  const [sent] = await standIn.mails();
  const response = await get("/");
  const page = await response.text();
  expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
  expect(page).toContain(`<a href="${sent?.links[0]?.replace("&", "&amp;")}">`);
  expect(page).toContain("Reset your password");
  expect(page).not.toContain("<script");
});

test("the page shows markup in an email as text", async () => {
  const hostile = `<script>alert("1" & '2')</script>`;
  await database.query(keepMail({ to: hostile, subject: hostile, text: hostile, links: [hostile] }));
  const page = await (await get("/")).text();
  expect(page).not.toContain("<script");
  expect(page).not.toMatch(/="[^"]*'/);
  const shown = "&lt;script&gt;alert(&quot;1&quot; &amp; &#39;2&#39;)&lt;/script&gt;";
  expect(page.split(shown)).toHaveLength(6);
});

test("a page without emails says so, and there is no other page", async () => {
  expect(await (await get("/")).text()).toContain("No emails yet");
  expect((await get("/other")).status).toBe(404);
});

test("the newest 1,000 emails are kept", async () => {
  await run(sql`
insert into mails (recipient, subject, body, links)
select 'bob@example.com', number::text, '', '{}'
from generate_series(1, 1000) as number
  `);
  expect(await standIn.mails()).toHaveLength(1_000);
  await database.query(keepMail({ ...mail, subject: "1001" }));
  const kept = await standIn.mails();
  expect([kept.length, kept[0]?.subject, kept.at(-1)?.subject]).toEqual([1_000, "1001", "2"]);
});
