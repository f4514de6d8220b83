import sql from "sql-template-tag";
import { z } from "zod";
import { statement } from "#app/db/statement.server.ts";

export const ids = statement(z.object({ id: z.number() }), sql`select t.id from todos t`);
