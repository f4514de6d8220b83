import sql from "sql-template-tag";
import { z } from "zod";
import { statement } from "#app/db/statement.server.ts";

export const owners = statement(
  z.object({ task: z.string(), email: z.string() }),
  sql`
    select t.task, u.email
    from todos t
    left join neon_auth.users_sync u on u.id = t.owner_id
  `,
);
