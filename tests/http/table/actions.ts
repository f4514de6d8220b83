import sql, { type Sql } from "sql-template-tag";
import { z } from "zod";
import { dataPath } from "#app/http/remix-data.ts";
import { sessionOf } from "#tests/setup/accounts.ts";
import type { Sent } from "../app.ts";
import { app } from "../app.ts";
import { rows } from "../rows.ts";
import { letDelete, letEdit, letTick, type Scene } from "./actors.ts";

interface Action {
  /** The actor's password. */
  password?: string;
  /** Sets up what the action needs. @returns more fields for the form */
  prepare?: (scene: Scene) => Promise<Record<string, string>>;
  path: string;
  /** The form's fields; without any it is a GET. */
  fields?: (scene: Scene) => Record<string, string>;
  /** A file to send in place of fields. */
  file?: string;
  /** The route's id, for a script's request. Absent: our scripts do not request it. */
  routeId?: string;
}

const toList = { path: "/?index", routeId: "routes/todos/route" };
const toAccount = { path: "/account", routeId: "routes/account/route" };
const password = "correct horse";

/** The actions, by their names in the table. */
export const actions: Record<string, Action> = {
  "see the list": { path: "/", routeId: "routes/todos/route" },
  "hear of changes": { path: "/events" },
  add: { ...toList, fields: () => ({ intent: "add", task: "something new", key: crypto.randomUUID() }) },
  toggle: { ...toList, fields: ({ todoId: id }) => ({ intent: "toggle", id, complete: "true" }) },
  edit: { ...toList, fields: ({ todoId: id }) => ({ intent: "edit", id, task: "something else" }) },
  assign: { ...toList, fields: ({ todoId: id, email }) => ({ intent: "assign", id, assignee: email }) },
  "edit another text": {
    ...toList,
    fields: ({ todoId: id }) => ({ intent: "edit", id, task: "something else", was: "before" }),
  },
  delete: { ...toList, fields: ({ todoId: id }) => ({ intent: "delete", id }) },
  "toggle all": { ...toList, fields: ({ todoId: id }) => ({ intent: "toggle-all", id, complete: "true" }) },
  "clear the actor's": {
    ...toList,
    fields: () => ({ intent: "clear-completed" }),
    prepare: ({ userId }) => complete(sql`owner_id = ${userId}`),
  },
  "clear everyone's": {
    ...toList,
    fields: () => ({ intent: "clear-completed", scope: "everyone" }),
    prepare: ({ todoId }) => complete(sql`id = ${todoId}::bigint`),
  },
  "undo own delete": {
    ...toList,
    fields: ({ todoId: id }) => ({ intent: "restore", id }),
    prepare: async ({ userId, todoId }) => letDelete(userId, todoId),
  },
  "undo other's delete": {
    ...toList,
    fields: ({ todoId: id }) => ({ intent: "restore", id }),
    prepare: async ({ todoId }) => letDelete(crypto.randomUUID(), todoId),
  },
  "undo own edit": {
    ...toList,
    fields: () => ({ intent: "restore" }),
    prepare: async ({ userId, todoId }) => ({ batch: await letEdit(userId, todoId) }),
  },
  "undo other's edit": {
    ...toList,
    fields: () => ({ intent: "restore" }),
    prepare: async ({ todoId }) => ({ batch: await letEdit(crypto.randomUUID(), todoId) }),
  },
  "undo own batch": {
    ...toList,
    fields: () => ({ intent: "restore" }),
    prepare: async ({ userId, todoId }) => ({ batch: await letTick(userId, todoId) }),
  },
  "undo other's batch": {
    ...toList,
    fields: () => ({ intent: "restore" }),
    prepare: async ({ todoId }) => ({ batch: await letTick(crypto.randomUUID(), todoId) }),
  },
  "see statistics": { path: "/stats", routeId: "routes/stats/route" },
  "take statistics": { path: "/stats.csv" },
  "take todos, JSON": { path: "/export.json" },
  "take todos, CSV": { path: "/export.csv" },
  "find people": { path: "/people?q=bo" },
  "import todos": { path: "/import", file: "task\r\nsomething new\r\n" },
  "see the account": toAccount,
  rename: { ...toAccount, fields: () => ({ intent: "name", name: "Doug" }) },
  "change password": {
    ...toAccount,
    password,
    fields: () => ({ intent: "password", currentPassword: password, newPassword: "battery staple" }),
  },
  "wrong password": {
    ...toAccount,
    password,
    fields: () => ({ intent: "password", currentPassword: "wrong horse", newPassword: "battery staple" }),
  },
  "end sessions": {
    ...toAccount,
    fields: () => ({ intent: "sessions" }),
    prepare: async ({ userId }) => {
      await sessionOf(app, userId).catch(() => {});
      return {};
    },
  },
  "delete account": { ...toAccount, fields: ({ email }) => ({ intent: "delete", email }) },
  "delete another's": { ...toAccount, fields: () => ({ intent: "delete", email: "bob@example.com" }) },
};

async function complete(those: Sql) {
  await rows(z.never(), sql`update todos set is_complete = true where ${those}`);
  return {};
}

/** The request, as a browser sends it without scripts, or as our script does. */
export function requestFor(
  { path, fields, file, routeId }: Action,
  scene: Scene,
  further: Record<string, string>,
  isScripts: boolean,
): Sent {
  const request = { path: isScripts && routeId ? dataPath(path, routeId) : path, cookie: scene.cookie };
  if (file) return { ...request, method: "POST", ...multipart(file) };
  if (!fields) return request;
  const via: Record<string, string> = isScripts ? { via: "script" } : {};
  const body = new URLSearchParams({ ...fields(scene), ...further, ...via }).toString();
  return { ...request, method: "POST", body };
}

/** A form with the field `file`. */
export function multipart(content: string): Pick<Sent, "headers" | "body"> {
  const lines = [
    "--the-end",
    'Content-Disposition: form-data; name="file"; filename="todos.csv"',
    "Content-Type: text/csv",
    "",
    content,
    "--the-end--",
    "",
  ];
  return { headers: { "Content-Type": "multipart/form-data; boundary=the-end" }, body: lines.join("\r\n") };
}
