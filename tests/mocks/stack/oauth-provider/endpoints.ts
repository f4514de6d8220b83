import { http } from "msw";
import { z } from "zod";
import { plainText } from "../answers.ts";
import type { Backend } from "../backend.ts";
import { newCode } from "../pkce.ts";
import { knownOAuthProviders } from "../project-settings.ts";
import { email, normalized } from "../validation.ts";
import { chooseAccount, chosenAccounts } from "./accounts.ts";
import { innerCallbackUrl, issuer } from "./address.ts";
import { choicePage } from "./page.ts";

const stacksRequest = z.object({
  client_id: z.enum(knownOAuthProviders),
  redirect_uri: z.string(),
  response_type: z.literal("code"),
  code_challenge: z.string(),
  code_challenge_method: z.literal("S256"),
  state: z.string(),
});
type StacksRequest = z.infer<typeof stacksRequest>;

const chosenFields = z.object({ email: z.string().default(""), name: z.string().default("") });

/** The OAuth providers' stand-in: a page on which the user chooses an account. */
export function oauthProviderEndpoints(backend: Backend) {
  const { project, database } = backend;
  const url = `${issuer(project)}/auth`;
  return [
    http.get(url, async ({ request }) => {
      const wanted = wantedBy(backend, request);
      return wanted ? choicePage(await choice(backend, wanted)) : unknownRequest();
    }),

    http.post(url, async ({ request }) => {
      const wanted = wantedBy(backend, request);
      if (!wanted) return unknownRequest();
      const fields = chosenFields.parse(Object.fromEntries(new URLSearchParams(await request.text())));
      const address = normalized(fields.email);
      if (!email.safeParse(address).success) {
        return choicePage({ ...(await choice(backend, wanted)), refused: fields });
      }
      const code = newCode();
      const account = { email: address, name: fields.name.trim() || null };
      await database.query(chooseAccount(code, wanted.client_id, account, wanted.code_challenge));
      return new Response(null, {
        status: 303,
        headers: { location: answerUrl(backend, wanted, { code }) },
      });
    }),
  ];
}

/** @returns Stack's request; undefined when it is not from Stack */
function wantedBy({ project }: Backend, request: Request): StacksRequest | undefined {
  const { data } = stacksRequest.safeParse(Object.fromEntries(new URL(request.url).searchParams));
  return data && data.redirect_uri === innerCallbackUrl(project, data.client_id) ? data : undefined;
}

function unknownRequest(): Response {
  return plainText(400, "This is no request of Stack's. Please try signing in again.");
}

async function choice(backend: Backend, wanted: StacksRequest) {
  return {
    provider: wanted.client_id,
    chosenBefore: await backend.database.query(chosenAccounts(wanted.client_id)),
    cancelUrl: answerUrl(backend, wanted, {
      error: "access_denied",
      error_description: "End-User aborted interaction",
    }),
  };
}

/** Stack's callback, with an answer to it. */
function answerUrl({ project }: Backend, wanted: StacksRequest, answer: Record<string, string>): string {
  const query = new URLSearchParams({ ...answer, state: wanted.state, iss: issuer(project) });
  return `${wanted.redirect_uri}?${query}`;
}
