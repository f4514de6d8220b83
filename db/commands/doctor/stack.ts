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

/** Looks whether Stack takes our keys, knows our site, and makes tokens that we accept. */
export async function* checkStack({ stack, appOrigin }: Environment): AsyncGenerator<Finding> {
  const { host } = new URL(stack.apiUrl);
  try {
    const { display_name, config } = await withinLimit(limitMs, () =>
      askStack(projectSchema, "/projects/current"),
    );
    yield {
      outcome: "good",
      text: `Stack on ${host} takes the publishable key, for the project “${display_name}”.`,
    };
    const isTrusted = config.domains.some(
      ({ domain, handler_path }) => domain === appOrigin && handler_path === "/",
    );
    yield isTrusted
      ? { outcome: "good", text: `${appOrigin} is a trusted domain there, with the handler path /.` }
      : {
          outcome: "warning",
          text: `${appOrigin} is no trusted domain there, or has another handler path than /.`,
          mend: "Add it on Stack's dashboard: mailed links and sign-ins through providers lead there.",
        };
  } catch (error) {
    yield {
      outcome: "bad",
      text: `Stack on ${host}, publishable key: ${reason(error)}`,
      mend: "Check STACK_PROJECT_ID and STACK_PUBLISHABLE_CLIENT_KEY (and STACK_API_URL, if it is set).",
    };
  }
  yield* checkTokens({ stack });
}

async function* checkTokens({ stack }: Pick<Environment, "stack">): AsyncGenerator<Finding> {
  try {
    const account = await anyAccount(stack);
    yield { outcome: "good", text: "Stack takes the secret server key." };
    if (!account) {
      yield { outcome: "warning", text: "There is no user yet, and so no token to look at." };
      return;
    }
    const tokens = await sessionOf(stack, account.id);
    const token = await verifyAccessToken(tokens.accessToken);
    await withinLimit(limitMs, () =>
      askStack(z.unknown(), "/auth/sessions/current", { method: "DELETE", tokens }),
    );
    yield typeof token === "object"
      ? { outcome: "good", text: "A token of Stack's has the issuer, audience and signature that we expect." }
      : {
          outcome: "bad",
          text: `A token of Stack's is no good here: ${token}.`,
          mend: "Check STACK_API_URL: the tokens of a server of your own name the URL that it believes to have.",
        };
  } catch (error) {
    yield {
      outcome: "bad",
      text: `Stack, secret server key: ${reason(error)}`,
      mend: "Check STACK_SECRET_SERVER_KEY.",
    };
  }
}

function reason(error: unknown): string {
  if (error instanceof AuthRefusal) return `refused with ${error.code}.`;
  if (error instanceof AuthFault) return `${error.message}.`;
  throw error;
}
