import { expect, test } from "vitest";
import { asClient, asServer, bob, own, request, signUpByHttp } from "./harness.ts";

test("invalid fields of a sign-up are reported in the API's format", async () => {
  const answer = await request("POST", "/auth/password/sign-up", asClient, { email: "bob@", admin: true });
  expect(answer).toMatchObject({ status: 400, knownError: "SCHEMA_ERROR" });
  expect(answer.body).toEqual({
    code: "SCHEMA_ERROR",
    error: answer.body.details.message,
    details: {
      message: [
        "Request validation failed on POST /api/v1/auth/password/sign-up:",
        "  - body.email must be a valid email",
        '  - body.email must match the following: "/^[^.]+(\\.[^.]+)*@.*\\.[^.][^.]+$/"',
        "  - body.password must be defined",
        "  - body contains unknown properties: admin",
      ].join("\n"),
    },
  });
});

test("a body that is not JSON is BODY_PARSING_ERROR, and a missing one is SCHEMA_ERROR", async () => {
  const path = "/auth/password/sign-up";
  expect((await request("POST", path, asClient, "{oops")).knownError).toBe("BODY_PARSING_ERROR");
  expect((await request("POST", path, asClient)).knownError).toBe("SCHEMA_ERROR");
});

test.each([
  ["PROJECT_KEY_WITHOUT_ACCESS_TYPE", 400, { ...asClient, "x-stack-access-type": "" }],
  ["ACCESS_TYPE_REQUIRED", 400, {}],
  ["INVALID_ACCESS_TYPE", 400, { ...asClient, "x-stack-access-type": "owner" }],
  ["ACCESS_TYPE_WITHOUT_PROJECT_ID", 400, { ...asClient, "x-stack-project-id": "" }],
  ["CURRENT_PROJECT_NOT_FOUND", 400, { ...asClient, "x-stack-project-id": "another" }],
  ["INVALID_PUBLISHABLE_CLIENT_KEY", 401, { ...asClient, "x-stack-publishable-client-key": "pck_wrong" }],
  ["INVALID_SECRET_SERVER_KEY", 401, { ...asServer, "x-stack-secret-server-key": "ssk_wrong" }],
  ["SERVER_AUTHENTICATION_REQUIRED", 401, { ...asServer, "x-stack-secret-server-key": "" }],
  ["INSUFFICIENT_ACCESS_TYPE", 401, asClient],
])("keys that may not list users are %s", async (code, status, headers) => {
  expect(await request("GET", "/users", headers)).toMatchObject({ status, knownError: code, body: { code } });
});

test("a client needs no key, and may send the SDK's placeholder", async () => {
  const { "x-stack-publishable-client-key": _, ...withoutKey } = asClient;
  const sdkKey = { ...asClient, "x-stack-publishable-client-key": "__stack_public_client__" };
  for (const headers of [withoutKey, sdkKey]) {
    expect((await request("GET", "/projects/current", headers)).status).toBe(200);
  }
});

test("a refusal becomes a 200 on request, an internal error does not", async () => {
  const override = { "x-stack-override-error-status": "true" };
  const refused = await request("POST", "/auth/password/sign-in", { ...asClient, ...override }, bob);
  expect(refused).toMatchObject({ status: 200, knownError: "EMAIL_PASSWORD_MISMATCH" });
  expect(refused.headers.get("x-stack-actual-status")).toBe("400");

  const { body } = await signUpByHttp(bob);
  await request("DELETE", "/auth/sessions/current", own(body.access_token));
  const internal = await request("DELETE", "/auth/sessions/current", {
    ...own(body.access_token),
    ...override,
  });
  expect(internal.status).toBe(500);
});

test("an endpoint answers other methods with 405", async () => {
  const answers = [
    await request("GET", "/auth/password/sign-in", asClient),
    await request("POST", "/users/me", asClient, {}),
    await request("PATCH", "/projects/current", asServer, {}),
    await request("GET", "/no/such/page", asClient),
  ];
  expect(answers.map(({ status }) => status)).toEqual([405, 405, 405, 404]);
});

test("a name with a NUL is an internal error", async () => {
  const { body } = await signUpByHttp(bob);
  const named = await request("PATCH", "/users/me", own(body.access_token), { display_name: "B\0b" });
  expect(named).toMatchObject({ status: 500, knownError: null });
});

test("every answer, even a 404, allows any origin and forbids caching", async () => {
  const { body } = await signUpByHttp(bob);
  const answers = [
    await request("GET", "/users/me", own(body.access_token)),
    await request("GET", "/users/me", asClient),
    await request("GET", "/no/such/page", {}),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 400, 404]);
  for (const { headers } of answers) {
    expect(headers.get("access-control-allow-origin")).toBe("*");
    expect(headers.get("cache-control")).toBe("no-store, max-age=0");
    expect(headers.get("x-stack-request-id")).toMatch(/^\S{20,}$/);
  }
});
