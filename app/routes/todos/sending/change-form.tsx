import { useLocation } from "@remix-run/react";
import type { FormEvent, ReactNode } from "react";
import { byScript } from "../changes/answer.ts";

/** What a change asks for, by name. */
export type Fields = Record<string, string | string[]>;

interface ChangeFormProps {
  /** Posted as hidden fields where there is no JavaScript. */
  fields: Fields;
  onSend: () => void;
  children: ReactNode;
}

/**
 * A form for one change, sent by a press of its button. The script asks for JSON: the redirect that a plain form
 * gets would be a navigation, which takes the page back to its top and interrupts other changes.
 */
export function ChangeForm({ fields, onSend, children }: ChangeFormProps) {
  const action = useChangeAction();
  function send(event: FormEvent) {
    event.preventDefault();
    onSend();
  }
  return (
    <form method="post" action={action} onSubmit={send}>
      {pairs(fields).map(([name, value]) => (
        <input key={`${name} ${value}`} type="hidden" name={name} value={value} />
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

/** A change as the script sends it. */
export function toBody(fields: Fields): URLSearchParams {
  return new URLSearchParams(pairs({ ...fields, ...byScript }));
}

function pairs(fields: Fields): [string, string][] {
  return Object.entries(fields).flatMap(([name, values]) =>
    [values].flat().map((value): [string, string] => [name, value]),
  );
}
