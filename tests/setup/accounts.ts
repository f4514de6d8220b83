import { createCookie } from "@remix-run/node";
import { z } from "zod";
import type { Instance } from "./instance.ts";

type Project = Pick<Instance, "stackApiUrl" | "stackProjectId" | "stackSecretServerKey">;
type Site = Project & Pick<Instance, "appUrl" | "sessionSecret">;

/** Asks an instance's Stack as the project's own server may. @returns its answer @throws {Error} for a refusal */
export async function stackRequest(
  { stackApiUrl, stackProjectId, stackSecretServerKey }: Project,
  method: string,
  path: string,
  body?: object,
): Promise<unknown> {
  const answer = await fetch(`${stackApiUrl}/api/v1${path}`, {
    method,
    headers: {
      ...(body && { "Content-Type": "application/json" }),
      "x-stack-access-type": "server",
      "x-stack-project-id": stackProjectId,
      "x-stack-secret-server-key": stackSecretServerKey,
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

/** Creates a user without the app. @returns the id */
export async function newUser(
  project: Project,
  fields: { email: string; name?: string; password?: string | undefined },
): Promise<string> {
  const { email, name, password } = fields;
  const user = { primary_email: email, primary_email_auth_enabled: true, display_name: name, password };
  return z.object({ id: z.string() }).parse(await stackRequest(project, "POST", "/users", user)).id;
}

const tokensSchema = z.object({ access_token: z.string(), refresh_token: z.string() });

/** The cookie of a user's new session, which takes their profile for synced. */
export async function sessionOf(site: Site, userId: string): Promise<string> {
  const tokens = tokensSchema.parse(await stackRequest(site, "POST", "/auth/sessions", { user_id: userId }));
  return sessionCookie(site, {
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token,
    profileSeen: true,
  });
}

/** A session's cookie with some content, as the Cookie header has it. */
export async function sessionCookie(
  { appUrl, sessionSecret }: Pick<Site, "appUrl" | "sessionSecret">,
  content: unknown,
): Promise<string> {
  const name = `todos-session-${new URL(appUrl).port}`;
  const [cookie = ""] = (await createCookie(name, { secrets: [sessionSecret] }).serialize(content)).split(
    ";",
  );
  return cookie;
}
