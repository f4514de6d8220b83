import type { RefusedForm } from "#app/auth/stack-form.server.ts";
import { Field, FormError } from "#app/components/field.tsx";

interface DeleteFormProps {
  email: string | null;
  /** What was said to this form, if it was this one. */
  refused: RefusedForm | undefined;
}

export function DeleteForm({ email, refused }: DeleteFormProps) {
  return (
    <form method="post" action="/account" noValidate>
      <p>
        Your name, your e-mail address and all of your todos go from this site, also the todos that others
        have ticked. You are signed out everywhere. Nobody can bring any of it back.
      </p>
      <FormError message={refused?.errors.form} />
      <Field
        label="Type your e-mail address to confirm"
        hint={email === null ? "Your account has none: leave the field empty." : undefined}
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
