import sql from "sql-template-tag";
import { z } from "zod";
import { type Statement, statement } from "#app/db/statement.server.ts";
import { serverUserSchema } from "./server-user.ts";

const userEventSchema = z.intersection(
  z.object({
    id: z.string(),
    /** Age in milliseconds, by the database's clock. */
    ageMs: z.number(),
  }),
  z.discriminatedUnion("type", [
    z.object({ type: z.literal("user.created"), data: serverUserSchema }),
    z.object({ type: z.literal("user.updated"), data: serverUserSchema }),
    z.object({
      type: z.literal("user.deleted"),
      data: z.object({ id: z.string(), teams: z.array(z.object({ id: z.string() })) }),
    }),
  ]),
);

/** A user event; `type` and `data` are the body of the webhook that Stack would send. */
export type UserEvent = z.infer<typeof userEventSchema>;

/** The undelivered events, oldest first. */
export function undeliveredUserEvents(): Statement<UserEvent> {
  return statement(
    userEventSchema,
    sql`
select
  id::text,
  type,
  user_json as data,
  (extract(epoch from clock_timestamp() - at) * 1000)::float8 as "ageMs"
from user_events
where delivered_at is null
order by user_events.id
    `,
  );
}

/** @returns no row when the event was marked before */
export function markDelivered(id: string): Statement<{ id: string }> {
  return statement(
    z.object({ id: z.string() }),
    sql`
update user_events
set delivered_at = now()
where id = ${id}::bigint
and delivered_at is null
returning id::text
    `,
  );
}
