import { useLocation } from "@remix-run/react";
import type { ReactNode } from "react";
import { FormError } from "./field.tsx";
import { Frame } from "./frame.tsx";

interface UnavailableProps {
  title: string;
  message: string;
  children?: ReactNode;
}

export function Unavailable({ title, message, children }: UnavailableProps) {
  const { pathname, search } = useLocation();
  return (
    <Frame>
      <h1>{title}</h1>
      <FormError message={message} />
      {children}
      <p>
        <a className="button" href={pathname + search}>
          Try again
        </a>
      </p>
    </Frame>
  );
}
