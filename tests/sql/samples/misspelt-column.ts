import sql from "sql-template-tag";
import { z } from "zod";
import { statement } from "#app/db/statement.server.ts";

export const remaining = statement(
  z.object({ remaining: z.number() }),
  sql`select count(*)::int as remaining from todos t where not t.is_compleet`,
);
