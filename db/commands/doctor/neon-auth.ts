import { randomUUID } from "node:crypto";
import { z } from "zod";
import { changeAtNeon, done, readNeon } from "#app/auth/neon/client.server.ts";
import { neon } from "#app/auth/neon/neon.server.ts";
import { AuthFault, AuthRefusal } from "#app/auth/provider/errors.server.ts";
import type { Environment } from "#app/platform/environment.server.ts";
import type { Finding } from "./finding.ts";

const keysSchema = z.object({
  keys: z.array(z.object({ kty: z.literal("OKP"), crv: z.literal("Ed25519") })).min(1),
});

/** Checks that Neon Auth answers, publishes keys that we accept, signs in by password, and trusts our site. */
export async function* checkNeonAuth({ neonAuthUrl = "", appOrigin }: Environment): AsyncGenerator<Finding> {
  const { host } = new URL(neonAuthUrl);
  try {
    await readNeon(keysSchema, "/.well-known/jwks.json");
    yield {
      outcome: "good",
      text: `Neon Auth on ${host} answers, and has keys for the tokens that the app accepts.`,
    };
  } catch (error) {
    yield {
      outcome: "bad",
      text: `Neon Auth on ${host}: ${reason(error)}`,
      fix: "Check NEON_AUTH_BASE_URL.",
    };
    return;
  }
  // Refusing a user who does not exist shows that passwords are switched on.
  const refusal = await refusalOf(() =>
    neon.signIn({ email: `${randomUUID()}@example.com`, password: randomUUID() }),
  );
  yield refusal === "refused with EMAIL_PASSWORD_MISMATCH."
    ? { outcome: "good", text: "Users sign in there with a password." }
    : {
        outcome: "bad",
        text: `Neon Auth, a sign-in with a password: ${refusal}`,
        fix: "Switch on sign-in with email in Neon's console, under Auth.",
      };
  // Better Auth looks at the origin of a request only if it has a cookie.
  const distrust = await refusalOf(() =>
    changeAtNeon(done, "/sign-out", { session: "doctor.session_token=none" }),
  );
  yield distrust === undefined
    ? { outcome: "good", text: `${appOrigin} is trusted there.` }
    : {
        outcome: "bad",
        text: `Neon Auth, a request from ${appOrigin}: ${distrust}`,
        fix: "Add it in Neon's console, under Auth, to the trusted domains.",
      };
}

async function refusalOf(attempt: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await attempt();
  } catch (error) {
    return reason(error);
  }
}

function reason(error: unknown): string {
  if (error instanceof AuthRefusal) return `refused with ${error.code}.`;
  if (error instanceof AuthFault) return `${error.message}.`;
  throw error;
}
