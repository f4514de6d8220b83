import { NavLink } from "@remix-run/react";

/** Who is signed in, and where he can go. */
export function SignedIn({ email, isAdmin }: { email: string | null; isAdmin: boolean }) {
  return (
    <div className="account">
      <span className="account-email">{email ?? "no e-mail"}</span>
      {isAdmin ? <NavLink to="/stats">Stats</NavLink> : null}
      <form method="post" action="/sign-out">
        <button type="submit">Sign out</button>
      </form>
    </div>
  );
}
