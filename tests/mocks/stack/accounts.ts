import { DatabaseFault } from "#app/db/faults.server.ts";
import type { Backend } from "./backend.ts";
import { userEmailAlreadyExists, userNotFound } from "./known-errors.ts";
import type { ServerUser } from "./server-user.ts";
import { changeUser, createUser, deleteUser, emailTakenConstraint, type UserFields } from "./user-changes.ts";

/** @throws {KnownError} when another user signs in with the email address */
export async function addUser(backend: Backend, fields: UserFields): Promise<ServerUser> {
  const [created] = await backend.database
    .query(createUser(fields, backend.settings))
    .catch(emailTaken(fields));
  if (!created) throw new Error("A user was created and not returned");
  backend.onUserEvent();
  return created.user;
}

/** @throws {KnownError} when there is no such user, or another one signs in with the email address */
export async function patchUser(backend: Backend, id: string, fields: UserFields): Promise<ServerUser> {
  const [changed] = await backend.database
    .query(changeUser(id, fields, backend.settings))
    .catch(emailTaken(fields));
  if (!changed) throw userNotFound();
  backend.onUserEvent();
  return changed.user;
}

/** @throws {KnownError} when there is no such user */
export async function removeUser(backend: Backend, id: string): Promise<void> {
  const [deleted] = await backend.database.query(deleteUser(id));
  if (!deleted) throw userNotFound();
  backend.onUserEvent();
}

function emailTaken({ primary_email: email }: UserFields) {
  return (error: unknown): never => {
    if (error instanceof DatabaseFault && error.constraint === emailTakenConstraint && email) {
      throw userEmailAlreadyExists(email);
    }
    throw error;
  };
}
