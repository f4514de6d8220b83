import { NavLink } from "@remix-run/react";
import { leave } from "./leave.ts";

interface SignedInProps {
  email: string | null;
  isAdmin: boolean;
  /** Whether there is nowhere else to go yet. */
  isRestricted?: boolean;
}

/** Who is signed in, and where he can go. */
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
