import sql from "sql-template-tag";
import { z } from "zod";
import { statement } from "#app/db/statement.server.ts";

const ofOwner = (owner: { id: string }) => sql`t.owner_idd = ${owner.id}::text`;

export function ownTodos(owner: { id: string }) {
  return statement(z.object({ id: z.string() }), sql`select t.id from todos t where ${ofOwner(owner)}`);
}

const ofUser = (user: { id: string }) => sql`t.owner_id = ${user.id}::text`;

export function ghosts(ghost: { id: string }) {
  return statement(z.object({ id: z.string() }), sql`select t.id from todos t where ${ofUser(ghost)}`);
}
