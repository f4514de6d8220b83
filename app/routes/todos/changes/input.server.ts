import { z } from "zod";
import { type Form, readFields, toForm } from "#app/http/form.server.ts";
import { isTodoId } from "#app/routes/todos/list/cursor.ts";
import { todosPerPage } from "#app/routes/todos/list/queries.server.ts";
import { problemOf, toTask } from "./task.ts";

const id = z.string("Which todo is meant is missing.").refine(isTodoId, "That is not the number of a todo.");

const complete = z
  .enum(["true", "false"], "Whether it is done has to be true or false.")
  .transform((value) => value === "true");

const task = z
  .string("Write down what there is to do.")
  .transform(toTask)
  .superRefine((value, context) => {
    const problem = problemOf(value);
    if (problem) context.addIssue(problem);
  });

const key = z.uuid("The form's key is damaged. Load the page again.").optional();

const batch = z.uuid("That is not the name of a change.");

/** Those on a page. */
const ids = z
  .array(id)
  .min(1, "Which todos are meant is missing.")
  .max(todosPerPage, `At most ${todosPerPage} todos are ticked at once.`);

const scope = z.literal("everyone", "Whose todos are meant has to be everyone, or left out.").optional();

const changeSchema = z.discriminatedUnion(
  "intent",
  [
    z.object({ intent: z.literal("add"), task, key }),
    z.object({ intent: z.literal("toggle"), id, complete }),
    z.object({ intent: z.literal("edit"), id, task }),
    z.object({ intent: z.literal("delete"), id }),
    z
      .object({ intent: z.literal("restore"), id: id.optional(), batch: batch.optional() })
      .refine((input) => (input.id === undefined) !== (input.batch === undefined), {
        error: "What is to be undone has to be named, by one todo or by one batch.",
      }),
    z.object({ intent: z.literal("toggle-all"), ids, complete }),
    z.object({ intent: z.literal("clear-completed"), scope }),
  ],
  "That is nothing this page can do.",
);

export type ChangeInput = z.infer<typeof changeSchema>;

/** What is wrong with a form: a sentence for a field that a person fills in, or for the form as a whole. */
export type InputErrors = { task: string } | { form: string };

/** A form of `/`: each of its fields stands there once, but for the todos that are ticked together. */
export interface ChangeForm {
  /** undefined: it was no form, or a field stood there twice. */
  form: Form | undefined;
  ids: string[];
}

/** Reads a form as it was sent. */
export async function readChangeForm(request: Request): Promise<ChangeForm> {
  const fields = (await readFields(request)) ?? [];
  const isForSeveral = fields.some(([name, value]) => name === "intent" && value === "toggle-all");
  const isOneOfSeveral = ([name]: [string, string]) => isForSeveral && name === "id";
  return {
    form: fields.length > 0 ? toForm(fields.filter((field) => !isOneOfSeveral(field))) : undefined,
    ids: fields.filter(isOneOfSeveral).map(([, value]) => value),
  };
}

/** Reads what a form asks for. */
export function parseChange({ form, ids }: ChangeForm): { input: ChangeInput } | { errors: InputErrors } {
  if (!form) return { errors: { form: "That was no form of this page." } };
  const parsed = changeSchema.safeParse({ ...Object.fromEntries(form), ids });
  if (parsed.success) return { input: parsed.data };
  const [issue] = parsed.error.issues;
  const message = issue?.message ?? "That cannot be done.";
  return { errors: issue?.path[0] === "task" ? { task: message } : { form: message } };
}
