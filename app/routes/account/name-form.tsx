import type { RefusedForm } from "#app/auth/stack-form.server.ts";
import { Field, FormError } from "#app/components/field.tsx";

/** @param refused what was said to this form, if it was this one */
export function NameForm({ name, refused }: { name: string | null; refused: RefusedForm | undefined }) {
  return (
    <form method="post" action="/account" noValidate>
      <FormError message={refused?.errors.form} />
      <Field
        label="Name"
        hint="Shown to everybody in Team progress. Leave it empty to have none."
        name="name"
        defaultValue={refused?.typed.name ?? name ?? ""}
        autoComplete="name"
        error={refused?.errors.name}
      />
      <button type="submit" name="intent" value="name">
        Save
      </button>
    </form>
  );
}
