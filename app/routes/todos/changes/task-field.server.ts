import { z } from "zod";
import { problemOf, toTask } from "./task.ts";

/** A task as it is stored, with what is wrong with it in a sentence. */
export const taskField = z
  .string("Enter what needs to be done.")
  .transform(toTask)
  .superRefine((value, context) => {
    const problem = problemOf(value);
    if (problem) context.addIssue(problem);
  });
