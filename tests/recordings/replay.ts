import { getResponse } from "msw";
import sql from "sql-template-tag";
import { z } from "zod";
import type { Database } from "#app/db/database.server.ts";
import { statement } from "#app/db/statement.server.ts";
import { createStackStandIn, type StackStandIn } from "#tests/mocks/stack/index.ts";
import type { Mail } from "#tests/mocks/stack/mails.ts";
import { type Answer, differences } from "./comparison.ts";
import { type Exchange, nameOf, type RecordedProject } from "./exchanges.ts";
import { type Renaming, renamed } from "./other-people.ts";
import { Placeholders } from "./placeholders.ts";
import { preparations } from "./preparation.ts";

const project = {
  apiUrl: "https://stack.example.com",
  projectId: "0c6f1f0e-6a4b-4c0e-9d0b-2f6f3c1b7a55",
  publishableClientKey: "pck_of_the_replay",
  secretServerKey: "ssk_of_the_replay",
};

/** What the recorded project was set to, and what the stand-in's is. */
const settings: Record<string, string> = {
  "<publishable_client_key>": project.publishableClientKey,
  "<secret_server_key>": project.secretServerKey,
  "Test Peer": "Stand-in for Stack Auth",
  "http://app.localhost:8150": "http://localhost",
  "<provider_url>": `${project.apiUrl}/oauth-provider`,
  "<encoded_provider_url>": encodeURIComponent(`${project.apiUrl}/oauth-provider`),
  "<encoded_api_url>": encodeURIComponent(project.apiUrl),
};
const idOfNobody = "11111111-1111-4111-8111-111111111111";

/** The recorded exchanges with one of the projects, against a stand-in that was empty at the start. */
export class Replay {
  readonly placeholders = new Placeholders();
  private readonly handedOut: string[] = [];

  /** The headers of a request with the client's key, as the recording has them. */
  readonly asClient: Record<string, string>;

  private constructor(
    readonly standIn: StackStandIn,
    readonly rename: Renaming,
    projectName: RecordedProject,
  ) {
    this.asClient = {
      "x-stack-access-type": "client",
      "x-stack-project-id": projectName,
      "x-stack-publishable-client-key": "<publishable_client_key>",
    };
    this.placeholders.bind(projectName, project.projectId);
    for (const [recorded, actual] of Object.entries(settings)) this.placeholders.bind(recorded, actual);
    this.placeholders.bind(idOfNobody, idOfNobody);
  }

  /** @param database is emptied */
  static async start(
    database: Database,
    rename: Renaming,
    projectName: RecordedProject = "<project_id>",
  ): Promise<Replay> {
    await database.query(statement(z.never(), sql`drop schema public cascade`));
    await database.query(statement(z.never(), sql`create schema public`));
    const requiresVerifiedEmail = projectName === "<verified_only_project_id>";
    const standIn = await createStackStandIn({ project, database, settings: { requiresVerifiedEmail } });
    return new Replay(standIn, rename, projectName);
  }

  /** @returns in which ways the answer is not the recorded one; empty: in none */
  async play(recorded: Exchange): Promise<string[]> {
    const exchange = renamed(recorded, this.rename);
    await preparations[nameOf(exchange)]?.(this, exchange);
    const found = differences(exchange, await this.send(exchange.request), this.placeholders);
    this.handedOut.push(
      ...(JSON.stringify(exchange.response.body).match(/<(access|refresh)_token:\d+>/g) ?? []),
    );
    return found;
  }

  /** @returns the names of the tokens that answers handed out and that no longer work */
  async uselessTokens(): Promise<string[]> {
    const useless: string[] = [];
    for (const name of this.handedOut) {
      const { status } = await this.send(
        name.startsWith("<access") ? this.ownUser(name) : this.refresh(name),
      );
      if (status !== 200) useless.push(name);
    }
    return useless;
  }

  /** The mails that one of the recorded people has got, newest first. */
  mailsTo({ email }: { email: string }): Promise<Mail[]> {
    return this.standIn.mails(this.rename(email));
  }

  /** Sends a request of the recording, its placeholders filled in. */
  async send({ method, path, headers, body }: Exchange["request"]): Promise<Answer> {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const request = new Request(`${project.apiUrl}${this.placeholders.filled(path)}`, {
      method,
      headers: Object.entries(headers).map(([name, value]): [string, string] => [
        name,
        this.header(name, value),
      ]),
      body: body === null ? null : this.placeholders.filled(text),
    });
    const response = await getResponse(this.standIn.handlers, request);
    if (!response) throw new Error(`The stand-in does not answer ${method} ${path}`);
    const answer = await response.text();
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: response.headers.get("content-type")?.startsWith("application/json")
        ? JSON.parse(answer)
        : answer || null,
    };
  }

  private header(name: string, value: string): string {
    const { projectId, publishableClientKey } = project;
    // The one secret that the recorder did not replace, for being encoded.
    if (name === "authorization") return `Basic ${btoa(`${projectId}:${publishableClientKey}`)}`;
    return this.placeholders.filled(value);
  }

  private ownUser(accessToken: string): Exchange["request"] {
    const headers = { "x-stack-access-token": accessToken, "x-stack-allow-anonymous-user": "true" };
    return { method: "GET", path: "/api/v1/users/me", headers: { ...this.asClient, ...headers }, body: null };
  }

  private refresh(refreshToken: string): Exchange["request"] {
    const headers = { ...this.asClient, "x-stack-refresh-token": refreshToken };
    return { method: "POST", path: "/api/v1/auth/sessions/current/refresh", headers, body: null };
  }
}
