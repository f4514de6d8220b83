import { z } from "zod";
import { json } from "../answers.ts";
import type { Backend } from "../backend.ts";
import { StatusError } from "../known-errors.ts";
import { projectName } from "../project-name.ts";
import { clientOrHigher, endpoint, openEndpoint } from "../requests.ts";
import { userTypes } from "../signing-keys.ts";

const flag = z.enum(["true", "false"]).optional();
const jwksQuery = z.strictObject({ include_restricted: flag, include_anonymous: flag });
const jwksParams = z.object({ projectId: z.string() });

export const projectEndpoints = (backend: Backend) => [
  endpoint(backend, "get", "/projects/current", clientOrHigher, () => {
    const { settings } = backend;
    return json({
      id: backend.project.projectId,
      display_name: projectName,
      config: {
        domains: settings.trustedDomains.map(({ domain, handlerPath }) => ({
          domain,
          handler_path: handlerPath,
        })),
        enabled_oauth_providers: settings.oauthProviders.map((id) => ({ id })),
        sign_up_enabled: settings.allowsSignUp,
        credential_enabled: settings.allowsPasswords,
        magic_link_enabled: settings.allowsMagicLinks,
        passkey_enabled: false,
        client_team_creation_enabled: false,
        client_user_deletion_enabled: settings.allowsAccountDeletion,
        allow_user_api_keys: false,
        allow_team_api_keys: false,
      },
    });
  }),

  openEndpoint(backend, "get", "/projects/:projectId/.well-known/jwks.json", ({ params, query }) => {
    if (params(jwksParams).projectId !== backend.project.projectId)
      throw new StatusError(404, "Project not found");
    const { include_restricted: restricted, include_anonymous: anonymous } = query(jwksQuery);
    const included = { normal: true, restricted: restricted === "true", anonymous: anonymous === "true" };
    if (included.anonymous) included.restricted = true;
    const keys = backend.accessTokens.publicKeys(userTypes.filter((userType) => included[userType]));
    return json({ keys }, { headers: { "cache-control": "public, max-age=3600" } });
  }),
];
