import { useSearchParams } from "@remix-run/react";
import type { FormEvent, RefObject } from "react";
import { useKeyShortcut } from "../keyboard/single-letters.ts";

interface EditButtonProps {
  id: string;
  task: string;
  button: RefObject<HTMLButtonElement>;
  onPress: () => void;
}

/** Without JavaScript it asks for the same page with `?edit=`. */
export function EditButton({ id, task, button, onPress }: EditButtonProps) {
  const [searchParams] = useSearchParams();
  const edits = useKeyShortcut("e");
  const others = [...searchParams].filter(([name]) => name !== "edit" && name !== "index");
  function press(event: FormEvent) {
    event.preventDefault();
    onPress();
  }
  return (
    <form method="get" action="/" onSubmit={press}>
      {others.map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <input type="hidden" name="edit" value={id} />
      <button
        ref={button}
        type="submit"
        aria-label={`Edit ${task}`}
        aria-keyshortcuts={edits}
        title="Edit"
        className="quiet"
      >
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path d="M5 19l1-4L16 5l3 3L9 18l-4 1M14 7l3 3" />
        </svg>
      </button>
    </form>
  );
}
