import { Link } from "@remix-run/react";

/** The id of a todo's element. */
export function placeOf(todoId: string): string {
  return `todo-${todoId}`;
}

/** To be sent to another user, so without filters. Its name leaves out the task, which the line around it has. */
export function TodoLink({ id }: { id: string }) {
  return (
    <Link
      to={`/?todo=${id}#${placeOf(id)}`}
      aria-label="Link to this todo"
      title="Link to this todo"
      className="todo-link"
    >
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <path d="M10 14l4-4M9.5 8.5l2-2a4.2 4.2 0 016 6l-2 2M14.5 15.5l-2 2a4.2 4.2 0 01-6-6l2-2" />
      </svg>
    </Link>
  );
}
