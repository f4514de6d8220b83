import { useFetcher } from "@remix-run/react";
import { useId } from "react";
import type { ActionAnswer } from "./answer.ts";
import { useFormAction } from "./form-action.ts";
import type { Viewer } from "./list.server.ts";
import type { Todo } from "./queries.server.ts";

/** One todo: anybody ticks it, its owner and admins delete it. Each control is a form that posts by itself. */
export function TodoItem({ todo, viewer }: { todo: Todo; viewer: Viewer }) {
  const action = useFormAction();
  const taskId = useId();
  const toggle = useFetcher<ActionAnswer>();
  const removal = useFetcher<ActionAnswer>();
  const isComplete = toggle.formData ? toggle.formData.get("complete") === "true" : todo.isComplete;
  const error = errorOf(toggle.data) ?? errorOf(removal.data);

  return (
    <li className="todo" data-complete={isComplete}>
      <toggle.Form method="post" action={action}>
        <input type="hidden" name="intent" value="toggle" />
        <input type="hidden" name="id" value={todo.id} />
        <input type="hidden" name="complete" value={String(!isComplete)} />
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
      </toggle.Form>
      <span className="task" id={taskId} dir="auto">
        {todo.task}
      </span>
      <span className={todo.isGhost ? "owner ghost" : "owner"}>
        {todo.isGhost ? "no owner" : (todo.ownerEmail ?? "no e-mail")}
      </span>
      {viewer.isAdmin || viewer.id === todo.ownerId ? (
        <removal.Form method="post" action={action}>
          <input type="hidden" name="intent" value="delete" />
          <input type="hidden" name="id" value={todo.id} />
          <button type="submit" aria-label={`Delete ${todo.task}`} title="Delete" className="quiet">
            <svg viewBox="0 0 24 24" aria-hidden="true">
              <path d="M7 7l10 10M17 7L7 17" />
            </svg>
          </button>
        </removal.Form>
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
