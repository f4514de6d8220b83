import sql from "sql-template-tag";
import { z } from "zod";
import { statement } from "#app/db/statement.server.ts";

export function todosLike(done: string) {
  return statement(
    z.object({ task: z.string() }),
    sql`select t.task from todos t where t.is_complete = ${done}::boolean`,
  );
}
