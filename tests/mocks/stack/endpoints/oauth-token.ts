import { z } from "zod";
import { invalidAuthorizationCode, invalidOAuthClientIdOrSecret } from "../access-errors.ts";
import { json } from "../answers.ts";
import type { Backend } from "../backend.ts";
import { isClientKey, openEndpoint } from "../requests.ts";
import { refreshedAccessToken } from "../sign-in.ts";

const tokenBody = z.object({
  grant_type: z.enum(["authorization_code", "refresh_token"]),
  client_id: z.string().optional(),
  client_secret: z.string().optional(),
  refresh_token: z.string().default(""),
});

export const oauthTokenEndpoints = (backend: Backend) => [
  openEndpoint(backend, "post", "/auth/oauth/token", async ({ request, body }) => {
    const {
      grant_type: grant,
      client_id: id,
      client_secret: secret,
      refresh_token: refreshToken,
    } = body(tokenBody);
    const { project } = backend;
    if (id !== project.projectId || !secret || !isClientKey(project, secret))
      throw invalidOAuthClientIdOrSecret();
    if (grant === "authorization_code") throw invalidAuthorizationCode();
    return json(
      {
        access_token: await refreshedAccessToken(backend, request, refreshToken),
        token_type: "Bearer",
        // Whatever the token says: Stack answers with the default of its OAuth library.
        expires_in: 3_600,
        scope: "legacy",
        afterCallbackRedirectUrl: null,
        after_callback_redirect_url: null,
      },
      { headers: { pragma: "no-cache" } },
    );
  }),
];
