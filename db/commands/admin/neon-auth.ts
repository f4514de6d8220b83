import sql, { type Sql } from "sql-template-tag";
import { z } from "zod";
import { connectDatabase, type Database } from "#app/db/database.server.ts";
import { DatabaseFault } from "#app/db/faults.server.ts";
import { repeatable, type Statement, statement } from "#app/db/statement.server.ts";
import { profilesAreKept } from "#app/profiles/kept-profiles.server.ts";
import { Refusal } from "#db/refusal.ts";
import type { Accounts } from "./accounts.ts";

/** Those in Neon Auth's own table. It keeps addresses in lower case. */
export function neonAuthAccounts(databaseUrl: string): Accounts {
  const users = connectDatabase(databaseUrl);
  const role = decodeURIComponent(new URL(databaseUrl).username);
  const ask: Database["query"] = (asked) => users.query(asked).catch((error) => refuse(error, role));
  return {
    byEmail: (email) => ask(usersWhere(sql`lower(a.email) = ${email.toLowerCase()}::text`)),
    async read(id) {
      const [user] = await ask(usersWhere(sql`a.id::text = ${id}::text`));
      if (!user) throw new Refusal(`User ${id} has just been deleted. Nothing was changed.`);
      const [profiles] = await ask(profilesAreKept());
      // Better Auth separates several roles by commas, and `user` is the role of those who have no other.
      const roles = (user.role ?? "").split(",").filter((each) => each && each !== "user");
      const others = roles.filter((each) => each !== "admin");
      return {
        ...user,
        isAdmin: roles.includes("admin"),
        async setAdmin(isAdmin) {
          const next = (isAdmin ? [...others, "admin"] : others).join(",") || "user";
          const changed = await ask(replaceRole(user, next)).catch((error) => {
            if (!(error instanceof DatabaseFault) || error.isUnsent) throw error;
            throw new Refusal(
              `${error.message}. The role may or may not have been changed. Run the command again.`,
            );
          });
          if (changed.length === 0)
            throw new Refusal(
              `User ${id} has just been changed. Nothing was changed here. Run the command again.`,
            );
          return profiles?.isKept
            ? "This takes effect at once."
            : "This takes effect once triggers keep neon_auth.users_sync: run `npm run db:migrate`.";
        },
      };
    },
  };
}

const userSchema = z.object({
  id: z.string(),
  email: z.string(),
  isVerified: z.boolean(),
  role: z.string().nullable(),
});
type User = z.infer<typeof userSchema>;

function usersWhere(condition: Sql): Statement<User> {
  return statement(
    userSchema,
    sql`
select
  a.id::text as id,
  a.email,
  a."emailVerified" as "isVerified",
  a.role
from neon_auth."user" a
where ${condition}
    `,
    repeatable,
  );
}

/** @returns no row if the role or the address is another by now */
function replaceRole({ id, email, role }: User, next: string): Statement<{ id: string }> {
  return statement(
    z.object({ id: z.string() }),
    sql`
update neon_auth."user" a
set role = ${next}::text
where a.id::text = ${id}::text
  and a.email = ${email}::text
  and a.role is not distinct from ${role}::text
returning a.id::text as id
    `,
  );
}

function refuse(error: unknown, role: string): never {
  const { code } = error as { code?: unknown };
  if (code === "42501") {
    throw new Refusal(
      `The role ${role} may not read or write neon_auth."user", so nothing was changed: let its owner ` +
        `\`grant select, update on neon_auth."user" to ${role}\`, or choose “Make admin” in Neon's console, under Auth and Users.`,
    );
  }
  if (code === "42P01" || code === "3F000")
    throw new Refusal('There is no table neon_auth."user": NEON_AUTH_BASE_URL belongs to another database.');
  if (code === "42883") throw new Refusal("Migrations are missing. Run `npm run db:migrate` first.");
  throw error;
}
