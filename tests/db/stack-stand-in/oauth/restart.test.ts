import sql from "sql-template-tag";
import { expect, test } from "vitest";
import {
  bob,
  database,
  doug,
  own,
  project,
  request,
  run,
  server,
  signInByHttp,
} from "#tests/db/stack-stand-in/harness.ts";
import { createStackStandIn } from "#tests/mocks/stack/index.ts";
import { authorize, bobWithPassword, exchange, signInThrough, visit } from "./harness.ts";

/** Another stand-in on the same database, in the place of the one before. */
async function restart() {
  server.resetHandlers(...(await createStackStandIn({ project, database })).handlers);
}

test("a sign-in continues after a restart at every step", async () => {
  const { location, cookie } = await authorize("github");
  await restart();
  const chosen = await visit(location, { form: { email: bob.email } });
  await restart();
  const { parameters } = await visit(chosen.location, { cookie });
  await restart();
  expect((await exchange(parameters.code)).status).toBe(200);
  await restart();
  expect((await signInThrough("github", bob.email)).is_new_user).toBe(false);
});

test("a database from before there were providers still works", async () => {
  const { user_id } = await bobWithPassword();
  await run(sql`
drop table oauth_accounts, oauth_authorizations, authorization_codes, provider_accounts, provider_codes cascade
  `);
  await run(sql`alter table users add column oauth_providers jsonb not null default '[]'`);
  await run(sql`
create function server_user(account users, email contact_channels) returns jsonb
  language sql
  stable
  return jsonb_build_object('id', account.id, 'oauth_providers', account.oauth_providers)
  `);
  await restart();
  const { body } = await signInByHttp(bob);
  expect((await request("GET", "/users/me", own(body.access_token))).body).toMatchObject({
    id: user_id,
    oauth_providers: [],
  });
  expect((await signInThrough("github", doug.email)).is_new_user).toBe(true);
});
