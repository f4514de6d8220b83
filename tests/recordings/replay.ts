import { getResponse } from "msw";
import sql from "sql-template-tag";
import { z } from "zod";
import type { Database } from "#app/db/database.server.ts";
import { statement } from "#app/db/statement.server.ts";
import { createStackStandIn, type StackStandIn } from "#tests/mocks/stack/index.ts";
import type { Mail } from "#tests/mocks/stack/mails.ts";
import { type Answer, differences } from "./comparison.ts";
import { type Exchange, nameOf } from "./exchanges.ts";
import { type Renaming, renamed } from "./other-people.ts";
import { Placeholders } from "./placeholders.ts";
import { asClient, preparations } from "./preparation.ts";

const project = {
  apiUrl: "https://stack.example.com",
  projectId: "0c6f1f0e-6a4b-4c0e-9d0b-2f6f3c1b7a55",
  publishableClientKey: "pck_of_the_replay",
  secretServerKey: "ssk_of_the_replay",
};

/** What the recorded project was set to, and what the stand-in's is. */
const settings: Record<string, string> = {
  "<project_id>": project.projectId,
  "<publishable_client_key>": project.publishableClientKey,
  "<secret_server_key>": project.secretServerKey,
  "Test Peer": "Stand-in for Stack Auth",
  "http://app.localhost:8150": "http://localhost",
};
const idOfNobody = "11111111-1111-4111-8111-111111111111";

/** The recorded exchanges against a stand-in that was empty at the start. */
export class Replay {
  readonly placeholders = new Placeholders();
  private readonly handedOut: string[] = [];

  private constructor(
    readonly standIn: StackStandIn,
    readonly rename: Renaming,
  ) {
    for (const [recorded, actual] of Object.entries(settings)) this.placeholders.bind(recorded, actual);
    this.placeholders.bind(idOfNobody, idOfNobody);
  }

  /** @param database is emptied */
  static async start(database: Database, rename: Renaming): Promise<Replay> {
    await database.query(statement(z.never(), sql`drop schema public cascade`));
    await database.query(statement(z.never(), sql`create schema public`));
    return new Replay(await createStackStandIn({ project, database }), rename);
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
      const { status } = await this.send(name.startsWith("<access") ? ownUser(name) : refresh(name));
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
        : answer,
    };
  }

  private header(name: string, value: string): string {
    const { projectId, publishableClientKey } = project;
    // The one secret that the recorder did not replace, for being encoded.
    if (name === "authorization") return `Basic ${btoa(`${projectId}:${publishableClientKey}`)}`;
    return this.placeholders.filled(value);
  }
}

function ownUser(accessToken: string): Exchange["request"] {
  const headers = { "x-stack-access-token": accessToken, "x-stack-allow-anonymous-user": "true" };
  return { method: "GET", path: "/api/v1/users/me", headers: { ...asClient, ...headers }, body: null };
}

function refresh(refreshToken: string): Exchange["request"] {
  const headers = { ...asClient, "x-stack-refresh-token": refreshToken };
  return { method: "POST", path: "/api/v1/auth/sessions/current/refresh", headers, body: null };
}
