import { type FetcherWithComponents, useLocation } from "@remix-run/react";
import type { FormEvent, ReactNode } from "react";
import type { ActionAnswer } from "./answer.ts";

interface ChangeFormProps {
  /** What it asks for, by name; posted as hidden fields where there is no JavaScript. */
  fields: Record<string, string>;
  fetcher: FetcherWithComponents<ActionAnswer>;
  children: ReactNode;
}

/**
 * A form for one change, sent by a press of its button. The script asks for JSON: the redirect that a plain form
 * gets would be a navigation, which takes the page back to its top and interrupts other changes.
 */
export function ChangeForm({ fields, fetcher, children }: ChangeFormProps) {
  const action = useChangeAction();
  function send(event: FormEvent) {
    event.preventDefault();
    fetcher.submit({ ...fields, via: "script" }, { method: "post", action });
  }
  return (
    <form method="post" action={action} onSubmit={send}>
      {Object.entries(fields).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      {children}
    </form>
  );
}

/** Where the forms of `/` post to: the index route, with the page's own place in the list. */
export function useChangeAction(): string {
  const { search } = useLocation();
  return search ? `/?index&${search.slice(1)}` : "/?index";
}
