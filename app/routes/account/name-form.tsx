import type { RefusedForm } from "#app/auth/forms/auth-form.server.ts";
import { Field, FormError } from "#app/components/field.tsx";

export function NameForm({ name, refused }: { name: string | null; refused: RefusedForm | undefined }) {
  return (
    <form method="post" action="/account" noValidate>
      <FormError message={refused?.errors.form} />
      <Field
        label="Name"
        hint="Everyone sees it in Team progress. Optional."
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
