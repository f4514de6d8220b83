import { Link } from "@remix-run/react";

/** The id of a todo's element, to which a browser scrolls by itself. */
export function placeOf(todoId: string): string {
  return `todo-${todoId}`;
}

/**
 * The address of one todo, in the whole list: to be copied and sent to somebody, whose filters may be others. Its name
 * has nothing of the task, which the line around it says: a link that is looked for by its name is not this one.
 */
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
