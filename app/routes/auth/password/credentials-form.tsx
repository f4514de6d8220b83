import type { RefusedForm } from "#app/auth/forms/auth-form.server.ts";
import { withRedirectTo } from "#app/auth/session/redirect-to.ts";
import { EmailField, Field, FormError } from "#app/components/field.tsx";

interface CredentialsFormProps {
  title: "Sign up" | "Sign in";
  redirectTo: string;
  refused: RefusedForm | undefined;
}

/** Not a fetcher: a sign-in changes the whole screen, and if it fails on the way, Back has what was typed. */
export function CredentialsForm({ title, redirectTo, refused }: CredentialsFormProps) {
  const isNew = title === "Sign up";
  const { errors = {}, typed = {} } = refused ?? {};
  return (
    <form
      method="post"
      action={withRedirectTo(isNew ? "/sign-up" : "/sign-in", redirectTo)}
      noValidate
      className="credentials"
    >
      <h1>{title}</h1>
      <FormError message={errors.form} />
      {isNew ? (
        <Field
          label="Name"
          hint="Optional"
          name="name"
          defaultValue={typed.name}
          autoComplete="name"
          error={errors.name}
        />
      ) : null}
      <EmailField refused={refused} />
      <Field
        label="Password"
        hint={isNew ? "At least 8 characters" : undefined}
        name="password"
        type="password"
        autoComplete={isNew ? "new-password" : "current-password"}
        error={errors.password}
      />
      <button type="submit" className="primary">
        {title}
      </button>
    </form>
  );
}
