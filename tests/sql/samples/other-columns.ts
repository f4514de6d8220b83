import sql from "sql-template-tag";
import { z } from "zod";
import { statement } from "#app/db/statement.server.ts";

export const todos = statement(
  z.object({ id: z.string(), owner_id: z.string() }),
  sql`select t.id, t.task from todos t`,
);
