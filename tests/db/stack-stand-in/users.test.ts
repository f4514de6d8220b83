import { expect, test } from "vitest";
import {
  asClient,
  asServer,
  bob,
  doug,
  events,
  own,
  request,
  signInByHttp,
  signUpByHttp,
} from "./harness.ts";

test("a change keeps fields that it does not name, and null clears a field", async () => {
  const { body: user } = await signUpByHttp(bob);
  const change = async (fields: object) =>
    (await request("PATCH", `/users/${user.user_id}`, asServer, fields)).body;
  const full = {
    display_name: "Bob",
    client_metadata: { theme: "dark" },
    client_read_only_metadata: { tier: 2 },
    server_metadata: { role: "admin" },
    primary_email_verified: true,
  };
  const before = await change(full);
  expect(before).toMatchObject({ ...full, has_password: true, primary_email: "bob@example.com" });
  expect(await change({})).toEqual(before);
  expect(await change({ display_name: null, server_metadata: null })).toEqual({
    ...before,
    display_name: null,
    server_metadata: null,
  });
});

test("a new primary email is unverified; the old one still belongs to the user and signs them in", async () => {
  const { body } = await signUpByHttp(bob);
  await request("PATCH", `/users/${body.user_id}`, asServer, { primary_email_verified: true });
  const change = (primary_email: string | null) =>
    request("PATCH", "/users/me", own(body.access_token), { primary_email });

  expect((await change("Robert@Example.com")).body).toMatchObject({
    primary_email: "robert@example.com",
    primary_email_verified: false,
  });
  expect((await signUpByHttp(bob)).knownError).toBe("USER_EMAIL_ALREADY_EXISTS");
  expect((await signInByHttp(bob)).status).toBe(200);
  expect((await request("GET", "/users?query=bob%40example.com", asServer)).body.items).toHaveLength(1);
  expect((await change(bob.email)).body).toMatchObject({
    primary_email: bob.email,
    primary_email_verified: true,
  });
  expect((await change(null)).body).toMatchObject({ primary_email: null, primary_email_verified: false });
});

test("a user cannot take another user's email", async () => {
  const { body } = await signUpByHttp(bob);
  await signUpByHttp(doug);
  const answer = await request("PATCH", "/users/me", own(body.access_token), { primary_email: doug.email });
  expect(answer).toMatchObject({ status: 409, body: { details: { email: doug.email } } });
  expect((await request("GET", "/users/me", own(body.access_token))).body.primary_email).toBe(bob.email);
  expect(await events()).toHaveLength(2);
});

test("a server creates a user who can sign in", async () => {
  const created = await request("POST", "/users", asServer, {
    primary_email: bob.email,
    primary_email_verified: true,
    primary_email_auth_enabled: true,
    password: bob.password,
    display_name: "Bob",
  });
  expect(created).toMatchObject({ status: 201, body: { display_name: "Bob", primary_email_verified: true } });
  expect((await signInByHttp(bob)).body.user_id).toBe(created.body.id);
});

test("a missing email cannot be verified", async () => {
  const answer = await request("POST", "/users", asServer, { primary_email_verified: true });
  expect(answer).toMatchObject({
    status: 400,
    body: "primary_email_verified cannot be true without primary_email",
  });
});

test("users are listed page by page, oldest or newest first", async () => {
  const ids: string[] = [];
  for (const name of ["a", "b", "c", "d", "e"]) {
    ids.push((await request("POST", "/users", asServer, { display_name: name })).body.id);
  }
  const pages = async (desc: boolean) => {
    const found: string[][] = [];
    let cursor: string | null = null;
    do {
      const from: string = cursor ? `&cursor=${cursor}` : "";
      const { body } = await request(
        "GET",
        `/users?order_by=signed_up_at&limit=2&desc=${desc}${from}`,
        asServer,
      );
      found.push(body.items.map((user: { id: string }) => user.id));
      cursor = body.pagination.next_cursor;
    } while (cursor);
    return found;
  };
  const [a, b, c, d, e] = ids;
  expect(await pages(false)).toEqual([[a, b], [c, d], [e]]);
  expect(await pages(true)).toEqual([[e, d], [c, b], [a]]);
});

test("a deleted user is gone for servers, clients, sessions and sign-in", async () => {
  const { body } = await signUpByHttp(bob);
  expect((await request("DELETE", "/users/me", own(body.access_token))).body).toEqual({ success: true });
  const path = `/users/${body.user_id}`;
  expect((await request("GET", path, asServer)).knownError).toBe("USER_NOT_FOUND");
  expect((await request("PATCH", path, asServer, { display_name: "Bob" })).knownError).toBe("USER_NOT_FOUND");
  expect((await request("DELETE", path, asServer)).status).toBe(404);
  expect((await request("GET", "/users/me", own(body.access_token))).knownError).toBe(
    "CANNOT_GET_OWN_USER_WITHOUT_USER",
  );
  const headers = { ...asClient, "x-stack-refresh-token": body.refresh_token };
  expect((await request("POST", "/auth/sessions/current/refresh", headers)).status).toBe(401);
  expect((await signInByHttp(bob)).status).toBe(400);
  expect((await signUpByHttp(bob)).status).toBe(200);
});
