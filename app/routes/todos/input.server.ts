import { z } from "zod";
import type { Form } from "#app/http/form.server.ts";
import { isTodoId } from "./cursor.ts";

const longestTask = 500;

const id = z.string("Which todo is meant is missing.").refine(isTodoId, "That is not the number of a todo.");

const complete = z
  .enum(["true", "false"], "Whether it is done has to be true or false.")
  .transform((value) => value === "true");

/** Trimmed as Unicode has it, counted in code points, as Postgres counts. */
const task = z
  .string("Write down what there is to do.")
  .transform((value) => value.replace(/^\p{White_Space}+|\p{White_Space}+$/gu, ""))
  .superRefine((value, context) => {
    const length = [...value].length;
    if (length === 0) context.addIssue("Write down what there is to do.");
    if (length > longestTask) {
      context.addIssue(`A todo has at most ${longestTask} characters; this one has ${length}.`);
    }
    if (value.includes("\0")) context.addIssue("A todo cannot hold the character NUL.");
  });

const key = z.uuid("The form's key is damaged. Load the page again.").optional();

const changeSchema = z.discriminatedUnion(
  "intent",
  [
    z.object({ intent: z.literal("add"), task, key }),
    z.object({ intent: z.literal("toggle"), id, complete }),
    z.object({ intent: z.literal("delete"), id }),
  ],
  "That is nothing this page can do.",
);

export type ChangeInput = z.infer<typeof changeSchema>;

/** What is wrong with a form: a sentence for a field that a person fills in, or for the form as a whole. */
export type InputErrors = { task: string } | { form: string };

/** Reads what a form asks for; `undefined` stands for a body that was no form. */
export function parseChange(form: Form | undefined): { input: ChangeInput } | { errors: InputErrors } {
  if (!form) return { errors: { form: "That was no form of this page." } };
  const parsed = changeSchema.safeParse(Object.fromEntries(form));
  if (parsed.success) return { input: parsed.data };
  const [issue] = parsed.error.issues;
  const message = issue?.message ?? "That cannot be done.";
  return { errors: issue?.path[0] === "task" ? { task: message } : { form: message } };
}
