import { useId } from "react";
import type { RefusedCredentials } from "#app/auth/credentials.server.ts";

interface CredentialsFormProps {
  /** The page's name, and the button's. */
  title: "Sign up" | "Sign in";
  /** Where to go afterwards; already known to be a path of this site. */
  redirectTo: string;
  refused: RefusedCredentials | undefined;
}

/**
 * E-mail and password, and at sign-up a name. The password alone is not kept when something is wrong.
 *
 * A form of the browser's own: a sign-in changes everything on the screen, and where it fails on the way, the
 * browser's Back has what was typed.
 */
export function CredentialsForm({ title, redirectTo, refused }: CredentialsFormProps) {
  const isNew = title === "Sign up";
  const { errors = {}, email, name } = refused ?? {};
  const query = redirectTo === "/" ? "" : `?redirectTo=${encodeURIComponent(redirectTo)}`;
  return (
    <form
      method="post"
      action={`/${isNew ? "sign-up" : "sign-in"}${query}`}
      noValidate
      className="credentials"
    >
      <h1>{title}</h1>
      {errors.form ? (
        <p role="alert" className="notice">
          {errors.form}
        </p>
      ) : null}
      {isNew ? (
        <Field
          label="Name"
          hint="Optional"
          name="name"
          defaultValue={name}
          autoComplete="name"
          error={errors.name}
        />
      ) : null}
      <Field
        label="Email"
        name="email"
        type="email"
        defaultValue={email}
        autoComplete="username"
        error={errors.email}
      />
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

interface FieldProps {
  label: string;
  name: string;
  type?: "text" | "email" | "password";
  hint?: string | undefined;
  error?: string | undefined;
  defaultValue?: string | undefined;
  autoComplete: string;
}

function Field({ label, hint, error, ...input }: FieldProps) {
  const id = useId();
  const describedBy = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        {...input}
        aria-invalid={error ? true : undefined}
        aria-describedby={describedBy || undefined}
      />
      {hint ? (
        <p id={`${id}-hint`} className="hint">
          {hint}
        </p>
      ) : null}
      {error ? (
        <p id={`${id}-error`} className="field-error" role="alert">
          {error}
        </p>
      ) : null}
    </div>
  );
}
