import { useFetcher } from "@remix-run/react";
import { useId } from "react";
import type { ActionAnswer } from "./answer.ts";
import { ChangeForm } from "./change-form.tsx";
import type { Viewer } from "./list.server.ts";
import type { Todo } from "./queries.server.ts";

/** One todo: anybody ticks it, its owner and admins delete it. Each control is a form that posts by itself. */
export function TodoItem({ todo, viewer }: { todo: Todo; viewer: Viewer }) {
  const taskId = useId();
  const toggle = useFetcher<ActionAnswer>();
  const removal = useFetcher<ActionAnswer>();
  const isComplete = toggle.formData ? toggle.formData.get("complete") === "true" : todo.isComplete;
  const error = errorOf(toggle.data) ?? errorOf(removal.data);

  return (
    <li className="todo" data-complete={isComplete}>
      <ChangeForm fetcher={toggle} fields={{ intent: "toggle", id: todo.id, complete: String(!isComplete) }}>
        {/* biome-ignore lint/a11y/useSemanticElements: a checkbox cannot post a form without JavaScript */}
        <button
          type="submit"
          role="checkbox"
          aria-checked={isComplete}
          aria-labelledby={taskId}
          className="tick"
        >
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="M6 12.5l4 4 8-9" />
          </svg>
        </button>
      </ChangeForm>
      <span className="task" id={taskId} dir="auto">
        {todo.task}
      </span>
      <span className={todo.isGhost ? "owner ghost" : "owner"}>
        {todo.isGhost ? "no owner" : (todo.ownerEmail ?? "no e-mail")}
      </span>
      {viewer.isAdmin || viewer.id === todo.ownerId ? (
        <ChangeForm fetcher={removal} fields={{ intent: "delete", id: todo.id }}>
          <button type="submit" aria-label={`Delete ${todo.task}`} title="Delete" className="quiet">
            <svg viewBox="0 0 24 24" aria-hidden="true">
              <path d="M7 7l10 10M17 7L7 17" />
            </svg>
          </button>
        </ChangeForm>
      ) : null}
      {error ? (
        <p role="alert" className="field-error">
          {error}
        </p>
      ) : null}
    </li>
  );
}

function errorOf(answer: ActionAnswer | undefined): string | undefined {
  return answer && !answer.ok ? answer.errors.form : undefined;
}
