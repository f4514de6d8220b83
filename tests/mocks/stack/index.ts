import { HttpHandler, http, matchRequestUrl, type RequestHandler } from "msw";
import type { Database } from "#app/db/database.server.ts";
import type { StackProject } from "#app/platform/environment.server.ts";
import { finished, plainText } from "./answers.ts";
import type { Backend } from "./backend.ts";
import { anonymousEndpoints } from "./endpoints/anonymous.ts";
import { contactChannelEndpoints } from "./endpoints/contact-channels.ts";
import { magicLinkEndpoints } from "./endpoints/magic-link.ts";
import { oauthAuthorizeEndpoints } from "./endpoints/oauth-authorize.ts";
import { oauthCallbackEndpoints } from "./endpoints/oauth-callback.ts";
import { oauthProvidersEndpoints } from "./endpoints/oauth-providers.ts";
import { oauthTokenEndpoints } from "./endpoints/oauth-token.ts";
import { passwordEndpoints } from "./endpoints/password.ts";
import { passwordResetEndpoints } from "./endpoints/password-reset.ts";
import { projectEndpoints } from "./endpoints/project.ts";
import { sessionEndpoints } from "./endpoints/sessions.ts";
import { userEndpoints } from "./endpoints/users.ts";
import { keptMailsTo, type Mail } from "./mails.ts";
import { oauthProviderEndpoints } from "./oauth-provider/endpoints.ts";
import { type ProjectSettings, recordedSettings } from "./project-settings.ts";
import { createTables } from "./schema.ts";
import { loadSigningKeys } from "./signing-keys.ts";
import { AccessTokens, type Claims, type Signer } from "./tokens.ts";

interface StackStandInOptions {
  /** `apiUrl` is the origin that the handlers answer on, and the start of the tokens' `iss`. */
  project: StackProject;
  /** The stand-in's own, empty or used by it before. */
  database: Database;
  /** The recorded project's by default. */
  settings?: Partial<ProjectSettings>;
  /** 600 by default. */
  accessTokenLifetimeSeconds?: number;
  /** Called after an event is stored in `user_events`. */
  onUserEvent?: () => void;
}

export interface StackStandIn {
  /** The project's; a change applies from the next request on. */
  settings: ProjectSettings;
  /** For msw's `setupServer` and `getResponse`. They answer everything below `apiUrl`. */
  handlers: RequestHandler[];
  /**
   * For tests: signs an access token like the real ones.
   * @param claims override those of a normal user without a name; `sub` is the user's id
   * @param signer `project` by default
   */
  signAccessToken(claims: Claims, signer?: Signer): Promise<string>;
  /**
   * The last 1,000 emails that would have been sent, newest first.
   * @param to only those to this address
   */
  mails(to?: string): Promise<Mail[]>;
}

/** A Stack Auth project with users in a database of ours, and its HTTP API as msw handlers. */
export async function createStackStandIn({
  project,
  database,
  settings: given = {},
  accessTokenLifetimeSeconds = 600,
  onUserEvent = () => {},
}: StackStandInOptions): Promise<StackStandIn> {
  await database.query(createTables());
  const accessTokens = new AccessTokens(project, await loadSigningKeys(database), accessTokenLifetimeSeconds);
  const settings = { ...recordedSettings, ...given };
  const backend: Backend = { project, settings, database, accessTokens, onUserEvent };
  const endpoints = [
    ...passwordEndpoints(backend),
    ...passwordResetEndpoints(backend),
    ...magicLinkEndpoints(backend),
    ...contactChannelEndpoints(backend),
    ...anonymousEndpoints(backend),
    ...sessionEndpoints(backend),
    ...oauthAuthorizeEndpoints(backend),
    ...oauthCallbackEndpoints(backend),
    ...oauthTokenEndpoints(backend),
    ...oauthProvidersEndpoints(backend),
    ...oauthProviderEndpoints(backend),
    ...userEndpoints(backend),
    ...projectEndpoints(backend),
  ];
  return {
    settings,
    handlers: [
      ...endpoints,
      http.all(`${project.apiUrl}/*`, ({ request }) => finished(request, unanswered(request, endpoints))),
    ],
    signAccessToken: (claims, signer) => accessTokens.sign(claims, signer),
    mails: (to) => database.query(keptMailsTo(to ?? null)),
  };
}

/** Without a handler for its method or its path. */
function unanswered(request: Request, endpoints: RequestHandler[]): Response {
  const url = new URL(request.url);
  const isOtherMethod = endpoints.some(
    (each) => each instanceof HttpHandler && matchRequestUrl(url, String(each.info.path)).matches,
  );
  if (isOtherMethod) return new Response(null, { status: 405 });
  return plainText(404, `There is nothing at ${request.url}`);
}
