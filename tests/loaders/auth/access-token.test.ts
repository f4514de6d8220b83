import { decodeJwt, exportJWK, generateKeyPair, SignJWT } from "jose";
import { HttpResponse, http } from "msw";
import { beforeEach, expect, test } from "vitest";
import { AuthFault } from "#app/auth/provider/errors.server.ts";
import { verifyAccessToken } from "#app/auth/session/access-token.server.ts";
import { environment } from "#app/platform/environment.server.ts";
import { stack, stackRequests } from "#tests/setup/stack.ts";

const { apiUrl, projectId } = environment().stack;
const keysPath = `/api/v1/projects/${projectId}/.well-known/jwks.json`;
const kinds = ["normal", "restricted", "anonymous"] as const;
type Kind = (typeof kinds)[number];

const issuers = {
  normal: `${apiUrl}/api/v1/projects/${projectId}`,
  restricted: `${apiUrl}/api/v1/projects-restricted-users/${projectId}`,
  anonymous: `${apiUrl}/api/v1/projects-anonymous-users/${projectId}`,
};
const audiences = {
  normal: projectId,
  restricted: `${projectId}:restricted`,
  anonymous: `${projectId}:anon`,
};
const keys = {
  normal: await generateKeyPair("ES256"),
  restricted: await generateKeyPair("ES256"),
  anonymous: await generateKeyPair("ES256"),
};

// As Stack publishes them: each longer list includes the shorter one, and no key says which users it is for.
function publish(): void {
  stack.use(
    http.get(apiUrl + keysPath, async ({ request }) => {
      const isIncluded = (kind: Kind) => request.url.includes(`include_${kind}=true`);
      const published = isIncluded("anonymous")
        ? kinds
        : isIncluded("restricted")
          ? kinds.slice(0, 2)
          : kinds.slice(0, 1);
      const jwks = published.map(async (kid) => ({
        ...(await exportJWK(keys[kid].publicKey)),
        kid,
        alg: "ES256",
      }));
      return HttpResponse.json({ keys: await Promise.all(jwks) });
    }),
  );
}
beforeEach(publish);

function sign(issuer: Kind, audience: string | string[], key: Kind, claims: object = {}): Promise<string> {
  return new SignJWT({ email: "bob@example.com", ...claims })
    .setProtectedHeader({ alg: "ES256", kid: key })
    .setSubject("bob")
    .setIssuer(issuers[issuer])
    .setAudience(audience)
    .setExpirationTime("10m")
    .sign(keys[key].privateKey);
}

async function outcome(token: string): Promise<string> {
  const verified = await verifyAccessToken(token);
  if (typeof verified === "string") return "refused";
  return verified.restriction === undefined ? "normal" : "restricted";
}

// First, because no key has been read yet.
test("while the keys for restricted tokens cannot be read, no user is signed out, and other tokens are accepted", async () => {
  stack.use(
    http.get(apiUrl + keysPath, ({ request }) =>
      request.url.endsWith("?include_restricted=true") ? HttpResponse.error() : undefined,
    ),
  );
  const restricted = await sign("restricted", audiences.restricted, "restricted");
  await expect(verifyAccessToken(restricted)).rejects.toThrow(AuthFault);
  const normal = await sign("normal", audiences.normal, "normal");
  expect(await outcome(normal)).toBe("normal");
  stack.resetHandlers();
  publish();
  expect(await outcome(restricted)).toBe("restricted");
  stackRequests.length = 0;
  expect([await outcome(normal), await outcome(restricted)]).toEqual(["normal", "restricted"]);
  expect(stackRequests).toEqual([]);
});

const combinations = kinds.flatMap((issuer) =>
  kinds.flatMap((audience) => kinds.map((key) => [issuer, audience, key] as const)),
);
const accepted: Record<string, string> = {
  "normal normal normal": "normal",
  "restricted restricted restricted": "restricted",
  // Stack issues no such tokens. They claim less than their key may sign.
  "restricted restricted normal": "restricted",
};

test.each(
  combinations,
)("a token from the %s issuer, for the %s audience, with a %s key is accepted or refused correctly", async (issuer, audience, key) => {
  const expected = accepted[`${issuer} ${audience} ${key}`] ?? "refused";
  expect(await outcome(await sign(issuer, audiences[audience], key))).toBe(expected);
});

test.each([
  ["for two audiences", sign("normal", [projectId, `${projectId}:restricted`], "normal")],
  ["that says that its user is restricted", sign("normal", projectId, "normal", { is_restricted: true })],
  ["that says that its user is anonymous", sign("normal", projectId, "normal", { is_anonymous: true })],
])("a normal token %s is refused", async (_, token) => {
  expect(await verifyAccessToken(await token)).toBe("invalid");
});

test("a restricted token that says that its user is not restricted is refused", async () => {
  const token = await sign("restricted", audiences.restricted, "restricted", { is_restricted: false });
  expect(await verifyAccessToken(token)).toBe("invalid");
});

test.each([
  [{ type: "email_not_verified" }, "unverified"],
  [{ type: "restricted_by_administrator" }, "administrator"],
  [{ type: "something new" }, "administrator"],
  [null, "administrator"],
] as const)("a restricted token says why: %j", async (reason, restriction) => {
  const claims = { is_restricted: true, restricted_reason: reason };
  const token = await sign("restricted", audiences.restricted, "restricted", claims);
  expect(await verifyAccessToken(token)).toMatchObject({ userId: "bob", restriction });
});

test("a restricted token with a new key is accepted at once, one with an unpublished key is not", async () => {
  const { publicKey, privateKey } = await generateKeyPair("ES256");
  const claims = decodeJwt(await sign("restricted", audiences.restricted, "restricted"));
  const token = await new SignJWT(claims).setProtectedHeader({ alg: "ES256", kid: "new" }).sign(privateKey);
  expect(await verifyAccessToken(token)).toBe("unknown key");
  const jwk = { ...(await exportJWK(publicKey)), kid: "new", alg: "ES256" };
  stack.use(http.get(apiUrl + keysPath, () => HttpResponse.json({ keys: [jwk] })));
  expect(await outcome(token)).toBe("restricted");
});
