import { randomUUID } from "node:crypto";
import { z } from "zod";
import { AuthFault, AuthRefusal } from "#app/auth/provider/errors.server.ts";
import { verifyAccessToken } from "#app/auth/session/access-token.server.ts";
import { askStack, withinLimit } from "#app/auth/stack/client.server.ts";
import { signIn } from "#app/auth/stack/sdk.server.ts";
import { anyAccount, type StackAccount, sessionOf } from "#app/auth/stack/users.server.ts";
import type { Environment, StackProject } from "#app/platform/environment.server.ts";
import type { Finding } from "./finding.ts";

const limitMs = 5_000;

const projectSchema = z.object({
  display_name: z.string(),
  config: z.object({ domains: z.array(z.object({ domain: z.string(), handler_path: z.string() })) }),
});

/**
 * Checks that Stack accepts our keys, trusts our site, understands the SDK, and issues tokens that we accept. What a
 * failed check makes meaningless is not checked: each failure is blamed on its own cause.
 */
export async function* checkStack({ stack, appOrigin }: Environment): AsyncGenerator<Finding> {
  const { host } = new URL(stack.apiUrl);
  let acceptsPublishableKey = true;
  try {
    const { display_name, config } = await withinLimit(limitMs, () =>
      askStack(projectSchema, "/projects/current"),
    );
    yield {
      outcome: "good",
      text: `Stack on ${host} accepts the publishable key for the project “${display_name}”.`,
    };
    const isTrusted = config.domains.some(
      ({ domain, handler_path }) => domain === appOrigin && handler_path === "/",
    );
    yield isTrusted
      ? { outcome: "good", text: `${appOrigin} is a trusted domain of the project, with the handler path /.` }
      : {
          outcome: "warning",
          text: `${appOrigin} is not a trusted domain of the project with the handler path /.`,
          fix: "Add it in Stack's dashboard: links in emails and sign-ins through providers lead there.",
        };
  } catch (error) {
    acceptsPublishableKey = false;
    const isKey = error instanceof AuthRefusal && error.code === "INVALID_PUBLISHABLE_CLIENT_KEY";
    yield {
      outcome: "bad",
      text: `Stack on ${host}${isKey ? ", publishable key" : ""}: ${reason(error)}`,
      fix: isKey
        ? "Check STACK_PUBLISHABLE_CLIENT_KEY."
        : error instanceof AuthRefusal
          ? "Check STACK_PROJECT_ID (and STACK_API_URL, if it is set)."
          : "Check that this machine can reach Stack (and STACK_API_URL, if it is set).",
    };
    if (!isKey) return;
  }
  const account = yield* checkSecretKey(stack);
  if (!acceptsPublishableKey) return;
  yield* checkSdk();
  if (account === null)
    yield { outcome: "warning", text: "There is no user yet, so no token could be checked." };
  if (account) yield* checkToken(stack, account.id);
}

/** @returns a user; null if there is none; undefined if the key is refused */
async function* checkSecretKey(
  stack: StackProject,
): AsyncGenerator<Finding, StackAccount | null | undefined> {
  try {
    const account = await anyAccount(stack);
    yield { outcome: "good", text: "Stack accepts the secret server key." };
    return account ?? null;
  } catch (error) {
    yield {
      outcome: "bad",
      text: `Stack, secret server key: ${reason(error)}`,
      fix: "Check STACK_SECRET_SERVER_KEY.",
    };
  }
}

/** Other versions of the SDK send other headers. Refusing a user who does not exist shows that Stack read these. */
async function* checkSdk(): AsyncGenerator<Finding> {
  try {
    await signIn({ email: `${randomUUID()}@example.com`, password: randomUUID() });
  } catch (error) {
    const understood = ["EMAIL_PASSWORD_MISMATCH", "PASSWORD_AUTHENTICATION_NOT_ENABLED"];
    yield error instanceof AuthRefusal && understood.includes(error.code)
      ? { outcome: "good", text: "Stack understands the SDK, which signs users in." }
      : {
          outcome: "bad",
          text: `Stack, a sign-in through the SDK: ${reason(error)}`,
          fix: "Run `npm ci`: another version of @stackframe/stack than that of package-lock.json may be installed.",
        };
  }
}

async function* checkToken(stack: StackProject, userId: string): AsyncGenerator<Finding> {
  try {
    const tokens = await sessionOf(stack, userId);
    const token = await verifyAccessToken(tokens.accessToken);
    await withinLimit(limitMs, () =>
      askStack(z.unknown(), "/auth/sessions/current", { method: "DELETE", tokens }),
    );
    yield typeof token === "object"
      ? { outcome: "good", text: "A token from Stack has the expected issuer, audience and signature." }
      : {
          outcome: "bad",
          text: `A token from Stack is not accepted: ${token}.`,
          fix: "Check STACK_API_URL: a self-hosted server puts the URL it is configured with into its tokens.",
        };
  } catch (error) {
    yield {
      outcome: "bad",
      text: `Stack, making a session and ending it: ${reason(error)}`,
      fix: "Try again: Stack accepts the keys.",
    };
  }
}

function reason(error: unknown): string {
  if (error instanceof AuthRefusal) return `refused with ${error.code}.`;
  if (error instanceof AuthFault) return `${error.message}.`;
  throw error;
}
