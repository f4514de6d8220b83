import { HttpResponse, http } from "msw";
import sql from "sql-template-tag";
import { expect } from "vitest";
import { z } from "zod";
import { database } from "#app/db/current.server.ts";
import { statement } from "#app/db/statement.server.ts";
import { environment } from "#app/platform/environment.server.ts";
import { undeliveredUserEvents } from "#tests/mocks/stack/user-events.ts";
import { stack, stackDatabase } from "#tests/setup/stack.ts";
import { runSql } from "./browser.ts";

/** A user as Stack's API shows them. */
export type User = { id: string; display_name: string | null } & Record<string, unknown>;

/** Asks Stack as a server does, and expects success. */
async function askStack(method: string, path: string, fields?: object): Promise<User> {
  const { apiUrl, projectId, secretServerKey } = environment().stack;
  const answer = await fetch(`${apiUrl}/api/v1/users${path}`, {
    method,
    headers: {
      "x-stack-access-type": "server",
      "x-stack-project-id": projectId,
      "x-stack-secret-server-key": secretServerKey,
      ...(fields && { "content-type": "application/json" }),
    },
    ...(fields && { body: JSON.stringify(fields) }),
  });
  expect(answer.ok).toBe(true);
  return answer.json();
}

/** What happens to users at Stack; none of it reaches users_sync by itself. */
export const atStack = {
  create: (fields: object) => askStack("POST", "", fields),
  change: ({ id }: User, fields: object) => askStack("PATCH", `/${id}`, fields),
  remove: ({ id }: User) => askStack("DELETE", `/${id}`),
};

/** Stack's events about a user, oldest first. */
export async function eventsOf({ id }: User) {
  const events = await stackDatabase.query(undeliveredUserEvents());
  return events.filter(({ data }) => data.id === id).map(({ type, data }) => ({ type, data }));
}

/**
 * Holds back Stack's next answer about a user, with what Stack knew before.
 * @returns what waits until Stack was asked, and what releases the answer
 */
export function heldAnswer(user: User) {
  let release = () => {};
  const isReleased = new Promise<void>((resolve) => {
    release = resolve;
  });
  let arrive = () => {};
  const isAsked = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  stack.use(
    http.get(
      `${environment().stack.apiUrl}/api/v1/users/${user.id}`,
      async () => {
        arrive();
        await isReleased;
        return HttpResponse.json(user);
      },
      { once: true },
    ),
  );
  return { isAsked, release };
}

const profileRow = z.object({
  user: z.looseObject({ id: z.string() }),
  name: z.string().nullable(),
  updatedAt: z.string().nullable(),
  deletedAt: z.string().nullable(),
});

/** The stored profiles, with all columns that can be written. */
export async function allProfiles() {
  return database().query(
    statement(
      profileRow,
      sql`
        select
          raw_json as "user",
          name,
          to_char(updated_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "updatedAt",
          deleted_at::text as "deletedAt"
        from neon_auth.users_sync
        order by id
      `,
    ),
  );
}

/** Does something while Postgres answers every write to users_sync with an error. */
export async function whileProfilesRefuse(errcode: string, work: () => Promise<void>): Promise<void> {
  await runSql(`
    create function refuse() returns trigger language plpgsql as $$
    begin
      raise exception 'no' using errcode = '${errcode}', detail = new.raw_json::text;
    end
    $$`);
  await runSql(`create trigger refuse before insert or update on neon_auth.users_sync
    for each row execute function refuse()`);
  await work().finally(() => runSql("drop function refuse cascade"));
}
