import { Link } from "@remix-run/react";
import type { ReactNode } from "react";
import { ThemeForm } from "./theme-form.tsx";

export function Frame({ account, children }: { account?: ReactNode; children: ReactNode }) {
  return (
    <>
      <header className="site-header">
        <Link className="site-name" to="/">
          <svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
            <rect x="1.5" y="1.5" width="21" height="21" rx="6" className="mark" />
            <path d="M6.5 12.5l3.8 3.8 7.2-8" className="mark-tick" />
          </svg>
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
