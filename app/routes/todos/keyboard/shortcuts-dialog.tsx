import { type RefObject, useId, useRef } from "react";
import { setSingleLetters, useKeyShortcut, useSingleLetters } from "./single-letters.ts";
import { useShortcuts } from "./use-shortcuts.ts";

const shortcuts = [
  { keys: "n", does: "Write a new todo" },
  { keys: "/", does: "Search" },
  { keys: "↓ ↑ Home End", does: "Move through the list" },
  { keys: "Space", does: "Tick or untick" },
  { keys: "e", does: "Edit" },
  { keys: "a", does: "Assign" },
  { keys: "d", does: "Set the due date" },
  { keys: "Delete", does: "Delete" },
  { keys: "Ctrl+Z", does: "Undo the latest deletion or bulk change" },
  { keys: "?", does: "Show this" },
];

export function ShortcutsDialog({ list }: { list: RefObject<HTMLElement> }) {
  const isOn = useSingleLetters();
  const opens = useKeyShortcut("?");
  const dialog = useRef<HTMLDialogElement>(null);
  const headingId = useId();
  useShortcuts(list);
  if (isOn === undefined) return null;
  return (
    <>
      <p className="shortcuts-opener">
        <button type="button" aria-keyshortcuts={opens} onClick={() => dialog.current?.showModal()}>
          Keyboard shortcuts
        </button>
      </p>
      <dialog ref={dialog} aria-labelledby={headingId} className="shortcuts">
        <h2 id={headingId}>Keyboard shortcuts</h2>
        <table>
          <tbody>
            {shortcuts.map(({ keys, does }) => (
              <tr key={keys}>
                <th scope="row">
                  <kbd>{keys}</kbd>
                </th>
                <td>{does}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <label>
          <input
            type="checkbox"
            // biome-ignore lint/a11y/useAriaPropsForRole: a checkbox says by itself whether it is checked
            role="switch"
            checked={isOn}
            onChange={(event) => setSingleLetters(event.target.checked)}
          />
          Single-letter shortcuts
        </label>
        <form method="dialog">
          <button type="submit">Close</button>
        </form>
      </dialog>
    </>
  );
}
