import { useSearchParams } from "@remix-run/react";
import type { MouseEvent, RefObject } from "react";

const formId = "edit";

/** The form of all edit buttons: without JavaScript they ask for the same page with `?edit=`. */
export function EditButtonsForm() {
  const others = [...useSearchParams()[0]].filter(([name]) => name !== "edit" && name !== "index");
  return (
    <form id={formId} method="get" action="/">
      {others.map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
    </form>
  );
}

interface EditButtonProps {
  id: string;
  task: string;
  /** They may not edit it. */
  assignsOnly: boolean;
  shortcut: string | undefined;
  button: RefObject<HTMLButtonElement>;
  onPress: () => void;
}

export function EditButton({ id, task, assignsOnly, shortcut, button, onPress }: EditButtonProps) {
  function press(event: MouseEvent) {
    event.preventDefault();
    onPress();
  }
  const does = assignsOnly ? "Assign" : "Edit";
  return (
    // biome-ignore lint/a11y/useButtonType: it submits by default, and each todo has one
    <button
      ref={button}
      form={formId}
      name="edit"
      value={id}
      onClick={press}
      aria-label={`${does} ${task}`}
      aria-keyshortcuts={shortcut}
      title={does}
    />
  );
}
