import { NavLink } from "@remix-run/react";
import { leave } from "./leave.ts";

interface SignedInProps {
  email: string | null;
  isAdmin: boolean;
  /** The user has to confirm their email address first. */
  isRestricted?: boolean;
}

export function SignedIn({ email, isAdmin, isRestricted = false }: SignedInProps) {
  return (
    <div className="account">
      <span className="account-email">{email ?? "no email"}</span>
      {isRestricted ? null : <NavLink to="/account">Account</NavLink>}
      {isAdmin ? <NavLink to="/stats">Stats</NavLink> : null}
      <form method="post" action="/sign-out" onSubmit={leave}>
        <button type="submit">Sign out</button>
      </form>
    </div>
  );
}
