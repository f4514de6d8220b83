import { useLocation } from "@remix-run/react";
import type { ReactNode } from "react";
import { Frame } from "./frame.tsx";

interface UnavailableProps {
  title: string;
  /** Why it cannot be shown now. */
  message: string;
  children?: ReactNode;
}

/** Shown instead of a page that cannot be loaded now. */
export function Unavailable({ title, message, children }: UnavailableProps) {
  const { pathname, search } = useLocation();
  return (
    <Frame>
      <h1>{title}</h1>
      <p role="alert" className="notice">
        {message}
      </p>
      {children}
      <p>
        <a className="button" href={pathname + search}>
          Try again
        </a>
      </p>
    </Frame>
  );
}
