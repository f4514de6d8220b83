import { type Form, readFields, toForm } from "#app/http/form.server.ts";
import { add } from "./add.server.ts";
import type { Errors } from "./answer.ts";
import { assign } from "./assign.server.ts";
import { withButtonFields } from "./button-field.ts";
import type { MakeChange } from "./change.server.ts";
import { clearing } from "./clear-completed.server.ts";
import { deletion } from "./delete.server.ts";
import { edit } from "./edit.server.ts";
import { restore } from "./restore.server.ts";
import { toggle } from "./toggle.server.ts";
import { toggleAll } from "./toggle-all.server.ts";

const changes = [add, toggle, edit, assign, deletion, restore, toggleAll, clearing];

export interface ChangeForm {
  /** Without the repeated field; undefined: not a form, or one that repeats another field. */
  form: Form | undefined;
  repeated: Record<string, string[]>;
}

export async function readChangeForm(request: Request): Promise<ChangeForm> {
  const fields = withButtonFields((await readFields(request)) ?? []);
  const intent = fields.find(([name]) => name === "intent")?.[1];
  const { repeated } = changes.find((change) => change.intent === intent) ?? {};
  const single = fields.filter(([name]) => name !== repeated);
  const others = fields.filter(([name]) => name === repeated).map(([, value]) => value);
  return {
    form: fields.length > 0 ? toForm(single) : undefined,
    repeated: repeated ? { [repeated]: others } : {},
  };
}

export function parseChange({ form, repeated }: ChangeForm): { make: MakeChange } | { errors: Errors } {
  if (!form) return { errors: { form: "This form can't be read. Reload the page and try again." } };
  const change = changes.find(({ intent }) => intent === form.get("intent"));
  if (!change) return { errors: { form: "This page can't do that." } };
  return change.parse({ ...Object.fromEntries(form), ...repeated });
}
