import { Link } from "@remix-run/react";
import type { ReactNode } from "react";
import { ThemeForm } from "./theme-form.tsx";

export function Frame({ account, children }: { account?: ReactNode; children: ReactNode }) {
  return (
    <>
      <header className="site-header">
        <Link className="site-name" to="/">
          <img src="/favicon.svg" alt="" width="24" height="24" />
          Shared todos
        </Link>
        {account}
      </header>
      <main>{children}</main>
      <footer className="site-footer">
        <ThemeForm />
      </footer>
    </>
  );
}
