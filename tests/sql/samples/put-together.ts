import sql from "sql-template-tag";
import { z } from "zod";
import { statement } from "#app/db/statement.server.ts";

const statements = { open: sql`select t.id from todos t where not t.is_complete` };

export const openTodos = statement(z.object({ id: z.string() }), statements.open);
