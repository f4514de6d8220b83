import type { ButtonHTMLAttributes, MouseEvent } from "react";
import { buttonField, type Fields } from "../changes/button-field.ts";
import { useChangeAction } from "./change-action.ts";

const formId = "changes";

/** The form of all change buttons, beside which a row may have a form of its own. */
export function ChangeButtonsForm() {
  return <form id={formId} method="post" action={useChangeAction()} />;
}

interface ChangeButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** What it posts without JavaScript. */
  fields: Fields;
  onSend: () => void;
}

/** The script asks for JSON: a redirect would be a navigation, which scrolls to the top and interrupts other changes. */
export function ChangeButton({ fields, onSend, ...attributes }: ChangeButtonProps) {
  function send(event: MouseEvent) {
    event.preventDefault();
    onSend();
  }
  return <button form={formId} {...buttonField(fields)} {...attributes} onClick={send} />;
}
