import { useLocation } from "@remix-run/react";
import type { FormEvent, ReactNode } from "react";
import { byScript } from "../changes/answer.ts";

/** The fields of a form, by name. */
export type Fields = Record<string, string | string[]>;

interface ChangeFormProps {
  /** Hidden fields without JavaScript. */
  fields: Fields;
  onSend: () => void;
  children: ReactNode;
}

/**
 * A form for one change. The script asks for JSON: a redirect would be a navigation, which scrolls to the top and
 * interrupts other changes.
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

/** The index route, with the page's place in the list. */
export function useChangeAction(): string {
  const { search } = useLocation();
  return search ? `/?index&${search.slice(1)}` : "/?index";
}

export function toBody(fields: Fields): URLSearchParams {
  return new URLSearchParams(pairs({ ...fields, ...byScript }));
}

function pairs(fields: Fields): [string, string][] {
  return Object.entries(fields).flatMap(([name, values]) =>
    [values].flat().map((value): [string, string] => [name, value]),
  );
}
