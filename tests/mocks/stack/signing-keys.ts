import { randomBytes } from "node:crypto";
import { exportJWK, generateKeyPair, importJWK } from "jose";
import sql from "sql-template-tag";
import { z } from "zod";
import type { Database } from "#app/db/database.server.ts";
import { type Statement, statement } from "#app/db/statement.server.ts";

/** Stack signs the tokens of each kind of user with separate keys. */
export const userTypes = ["normal", "restricted", "anonymous"] as const;
export type UserType = (typeof userTypes)[number];

const privateJwkSchema = z.object({
  kty: z.literal("EC"),
  crv: z.literal("P-256"),
  alg: z.literal("ES256"),
  kid: z.string(),
  x: z.string(),
  y: z.string(),
  d: z.string(),
});
const publicJwkSchema = privateJwkSchema.omit({ d: true });
export type PublicJwk = z.infer<typeof publicJwkSchema>;

export interface SigningKeys {
  /** The current key's id, and the key itself. */
  current: { kid: string; key: Awaited<ReturnType<typeof importJWK>> };
  /** All keys that verify, the current one first. */
  published: PublicJwk[];
}

const keysPerUserType = 2;

/** The project's keys, created at the first call and stored, so that tokens survive a restart. */
export async function loadSigningKeys(database: Database): Promise<Record<UserType, SigningKeys>> {
  for (const userType of userTypes) {
    for (let position = 0; position < keysPerUserType; position++) {
      await database.query(keepSigningKey(userType, position, await newPrivateJwk()));
    }
  }
  const kept = await database.query(signingKeys());
  const ofType = async (userType: UserType): Promise<SigningKeys> => {
    const jwks = kept.filter((each) => each.user_type === userType).map((each) => each.private_jwk);
    const [current] = jwks;
    if (!current) throw new Error(`The stand-in has no key for ${userType} users`);
    return {
      current: { kid: current.kid, key: await importJWK(current) },
      published: jwks.map((jwk) => publicJwkSchema.parse(jwk)),
    };
  };
  return {
    normal: await ofType("normal"),
    restricted: await ofType("restricted"),
    anonymous: await ofType("anonymous"),
  };
}

async function newPrivateJwk(): Promise<object> {
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  return { ...(await exportJWK(privateKey)), alg: "ES256", kid: randomBytes(9).toString("base64url") };
}

/** Stores a key unless there is one: two processes that start at once both use the first one's. */
function keepSigningKey(userType: UserType, position: number, privateJwk: object): Statement<never> {
  return statement(
    z.never(),
    sql`
insert into signing_keys (user_type, position, private_jwk)
values (${userType}::text, ${position}::integer, ${JSON.stringify(privateJwk)}::jsonb)
on conflict (user_type, position) do nothing
    `,
  );
}

function signingKeys(): Statement<{ user_type: string; private_jwk: z.infer<typeof privateJwkSchema> }> {
  return statement(
    z.object({ user_type: z.string(), private_jwk: privateJwkSchema }),
    sql`
select user_type, private_jwk
from signing_keys
order by user_type, position
    `,
  );
}
