import type { RefusedForm } from "#app/auth/forms/auth-form.server.ts";
import { Field, FormError } from "#app/components/field.tsx";

interface DeleteFormProps {
  email: string | null;
  refused: RefusedForm | undefined;
}

export function DeleteForm({ email, refused }: DeleteFormProps) {
  return (
    <form method="post" action="/account" noValidate>
      <p>
        This deletes your name, your email address and all of your todos, including those that others have
        completed, and signs you out everywhere. It can't be undone.
      </p>
      <FormError message={refused?.errors.form} />
      <Field
        label="Type your email address to confirm"
        hint={email === null ? "Your account has none. Leave this empty." : undefined}
        name="email"
        type="email"
        defaultValue={refused?.typed.email}
        autoComplete="off"
        error={refused?.errors.email}
      />
      <button type="submit" name="intent" value="delete" className="destructive">
        Delete the account
      </button>
    </form>
  );
}
