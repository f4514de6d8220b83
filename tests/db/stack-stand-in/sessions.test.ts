import { decodeJwt } from "jose";
import sql from "sql-template-tag";
import { expect, test } from "vitest";
import { z } from "zod";
import { statement } from "#app/db/statement.server.ts";
import {
  asClient,
  asServer,
  bob,
  database,
  doug,
  own,
  project,
  request,
  signInByHttp,
  signUpByHttp,
} from "./harness.ts";

test("a refresh token brings new access tokens and stays the same", async () => {
  const { body } = await signUpByHttp(bob);
  const headers = { ...asClient, "x-stack-refresh-token": body.refresh_token };
  for (const _ of ["once", "twice"]) {
    const refreshed = await request("POST", "/auth/sessions/current/refresh", headers);
    expect(Object.keys(refreshed.body)).toEqual(["access_token"]);
    expect(decodeJwt(refreshed.body.access_token)).toMatchObject({
      sub: body.user_id,
      refresh_token_id: decodeJwt(body.access_token).refresh_token_id,
    });
  }
});

test("the OAuth token endpoint refreshes, too, with a form or JSON", async () => {
  const { body } = await signUpByHttp(bob);
  const grant = {
    grant_type: "refresh_token",
    refresh_token: body.refresh_token,
    client_id: project.projectId,
    client_secret: project.publishableClientKey,
  };
  const form = { "content-type": "application/x-www-form-urlencoded;charset=UTF-8" };
  const byForm = await request("POST", "/auth/oauth/token", form, String(new URLSearchParams(grant)));
  const byJson = await request("POST", "/auth/oauth/token", {}, grant);
  for (const answer of [byForm, byJson]) {
    expect(answer.headers.get("pragma")).toBe("no-cache");
    expect(answer.body).toMatchObject({ token_type: "Bearer", expires_in: 3_600 });
    expect(decodeJwt(answer.body.access_token).sub).toBe(body.user_id);
  }
  const refused = await request("POST", "/auth/oauth/token", {}, { ...grant, client_secret: "pck_wrong" });
  expect(refused).toMatchObject({ status: 400, knownError: "INVALID_OAUTH_CLIENT_ID_OR_SECRET" });
  const unknown = await request("POST", "/auth/oauth/token", {}, { ...grant, refresh_token: "unknown" });
  expect(unknown).toMatchObject({ status: 401, knownError: "REFRESH_TOKEN_NOT_FOUND_OR_EXPIRED" });
});

test("signing out twice is an internal error, and without an access token ACCESS_TOKEN_EXPIRED", async () => {
  const { body } = await signUpByHttp(bob);
  expect((await request("DELETE", "/auth/sessions/current", asClient)).knownError).toBe(
    "ACCESS_TOKEN_EXPIRED",
  );
  const answers = [
    await request("DELETE", "/auth/sessions/current", own(body.access_token)),
    await request("DELETE", "/auth/sessions/current", own(body.access_token)),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 500]);
});

test("a refresh token is stored as a hash", async () => {
  const { body } = await signUpByHttp(bob);
  const sessions = await database.query(
    statement(z.object({ row: z.string() }), sql`select sessions::text as row from sessions`),
  );
  expect(sessions).toHaveLength(1);
  expect(JSON.stringify(sessions)).not.toContain(body.refresh_token);
});

test("a session that a server opens lasts as long as requested", async () => {
  const { body: user } = await signUpByHttp(bob);
  const open = (expires_in_millis: number) =>
    request("POST", "/auth/sessions", asServer, { user_id: user.user_id, expires_in_millis });
  const refresh = async (opened: Awaited<ReturnType<typeof open>>) => {
    const headers = { ...asClient, "x-stack-refresh-token": opened.body.refresh_token };
    return (await request("POST", "/auth/sessions/current/refresh", headers)).status;
  };
  expect(await refresh(await open(60_000))).toBe(200);
  expect(await refresh(await open(-1))).toBe(401);
});

test("a user sees and ends their own sessions, except the current one", async () => {
  const { body: first } = await signUpByHttp(bob);
  const { body: current } = await signInByHttp(bob);
  const { body: dougs } = await signUpByHttp(doug);
  const idOf = (tokens: { access_token: string }) => decodeJwt(tokens.access_token).refresh_token_id;

  const listed = await request("GET", "/auth/sessions?user_id=me", own(current.access_token));
  expect(listed.body.items).toMatchObject([
    { id: idOf(current), user_id: current.user_id, is_current_session: true, is_impersonation: false },
    { id: idOf(first), user_id: current.user_id, is_current_session: false, is_impersonation: false },
  ]);
  const end = (session: unknown) =>
    request("DELETE", `/auth/sessions/${session}?user_id=me`, own(current.access_token));
  expect((await end(idOf(current))).knownError).toBe("CANNOT_DELETE_CURRENT_SESSION");
  expect((await end(idOf(dougs))).status).toBe(404);
  expect((await end(idOf(first))).status).toBe(200);
  const left = await request("GET", `/auth/sessions?user_id=${first.user_id}`, asServer);
  expect(left.body.items).toMatchObject([{ id: idOf(current) }]);
  const others = await request("GET", `/auth/sessions?user_id=${dougs.user_id}`, own(current.access_token));
  expect(others.status).toBe(403);
});
