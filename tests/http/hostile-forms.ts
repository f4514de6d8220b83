import { dataPath, remixHeaders } from "#app/http/remix-data.ts";
import { type Answer, forEach, send } from "./app.ts";
import type { Person } from "./people.ts";
import { flawsOf } from "./soundness.ts";
import type { Form } from "./table/form.ts";
import { forms } from "./table/forms.ts";
import { listPath } from "./table/list-forms.ts";
import { type Body, type Mutation, mutationsOf } from "./table/mutations.ts";

/** A request with a mutated form, and the status that the contract has for it. */
export interface Attempt extends Mutation {
  form: Form;
  person: Person;
  expected: number;
  /** As our own script sends it, rather than a page. */
  isScripts: boolean;
}

const limitBytes = 64 * 1024;

/**
 * The mutations of a field that are this form's to try, in a page's form, and every fourth of them in a script's. Fields
 * of one name are read alike everywhere, so the forms that have one share its mutations.
 */
export function attemptsOn(form: Form, field: string, next: () => Person): Attempt[] {
  const sharing = forms.filter((each) => fieldsOf(each).has(field));
  const turn = sharing.indexOf(form);
  const indexes = mutationsOf([], field).flatMap((_, index) =>
    index % sharing.length === turn ? [index] : [],
  );
  return indexes.flatMap((index, count) => {
    const person = next();
    const mutation = mutationsOf(encoded(form.fields(person)), field)[index];
    if (!mutation) throw new Error("A field has fewer mutations than another");
    return [false, ...(count % 4 === 0 ? [true] : [])].map((isScripts) =>
      attempt(form, person, mutation, isScripts),
    );
  });
}

export function fieldsOf(form: Form): Set<string> {
  return new Set(form.fields({ userId: "", email: "", cookie: "", todoId: "" }).map(([name]) => name));
}

function attempt(form: Form, person: Person, mutation: Mutation, isScripts: boolean): Attempt {
  return { ...mutation, form, person, isScripts, expected: expectedFor(form, person, mutation.body) };
}

export function encoded(fields: [name: string, value: string][]): Body {
  return fields.map(([name, value]) => [name, encodeURIComponent(value)]);
}

function bodyOf(body: Body): string {
  return body.map(([name, value]) => `${name}=${value}`).join("&");
}

function expectedFor(form: Form, person: Person, body: Body): number {
  const text = bodyOf(body);
  if (text.length > limitBytes) return 413;
  const params = new URLSearchParams(text);
  const isForSeveral = form.path === listPath && params.getAll("intent").includes("toggle-all");
  const names = [...params.keys()].filter((name) => !(isForSeveral && name === "id"));
  if (new Set(names).size < names.length) return 400;
  const get = (name: string) => params.get(name) ?? undefined;
  return form.answer({ get, ids: params.getAll("id") }, person);
}

/** Sends attempts. @returns a line for each answer that breaks the contract, or is not sound */
export async function flawsIn(attempts: Attempt[]): Promise<string[]> {
  const flaws: string[] = [];
  await forEach(attempts, async ({ form, person, body, badness, expected, isScripts }) => {
    const answer = await send({
      method: "POST",
      path: isScripts ? dataPath(form.path, form.routeId) : form.path,
      body: bodyOf(body),
      ...(form.isAnonymous ? {} : { cookie: person.cookie }),
    });
    const status = statusOf(answer);
    const found = [...flawsOf(answer), ...(status === expected ? [] : [`${status} instead of ${expected}`])];
    if (found.length > 0) flaws.push(`${badness}${isScripts ? " (script)" : ""}: ${found.join(", ")}`);
  });
  return flaws;
}

/** Remix answers a script's post with 204 where it redirects a page. */
export function statusOf({ status, headers }: Answer): number {
  return Number(headers[remixHeaders.status.toLowerCase()] ?? status);
}
