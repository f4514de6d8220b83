import { z } from "zod";
import { AuthFault, AuthRefusal } from "#app/auth/provider/errors.server.ts";
import { verifyAccessToken } from "#app/auth/session/access-token.server.ts";
import { askStack, withinLimit } from "#app/auth/stack/client.server.ts";
import { anyAccount, sessionOf } from "#app/auth/stack/users.server.ts";
import type { Environment } from "#app/platform/environment.server.ts";
import type { Finding } from "./finding.ts";

const limitMs = 5_000;

const projectSchema = z.object({
  display_name: z.string(),
  config: z.object({ domains: z.array(z.object({ domain: z.string(), handler_path: z.string() })) }),
});

/** Checks that Stack accepts our keys, trusts our site, and issues tokens that we accept. */
export async function* checkStack({ stack, appOrigin }: Environment): AsyncGenerator<Finding> {
  const { host } = new URL(stack.apiUrl);
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
    yield {
      outcome: "bad",
      text: `Stack on ${host}, publishable key: ${reason(error)}`,
      fix: "Check STACK_PROJECT_ID and STACK_PUBLISHABLE_CLIENT_KEY (and STACK_API_URL, if it is set).",
    };
  }
  yield* checkTokens({ stack });
}

async function* checkTokens({ stack }: Pick<Environment, "stack">): AsyncGenerator<Finding> {
  try {
    const account = await anyAccount(stack);
    yield { outcome: "good", text: "Stack accepts the secret server key." };
    if (!account) {
      yield { outcome: "warning", text: "There is no user yet, so no token could be checked." };
      return;
    }
    const tokens = await sessionOf(stack, account.id);
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
      text: `Stack, secret server key: ${reason(error)}`,
      fix: "Check STACK_SECRET_SERVER_KEY.",
    };
  }
}

function reason(error: unknown): string {
  if (error instanceof AuthRefusal) return `refused with ${error.code}.`;
  if (error instanceof AuthFault) return `${error.message}.`;
  throw error;
}
