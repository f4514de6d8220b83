import type { MouseEvent } from "react";

/** The id of a todo's element. */
export function placeOf(todoId: string): string {
  return `todo-${todoId}`;
}

interface TodoLinkProps {
  id: string;
  onFollow: (event: MouseEvent<HTMLAnchorElement>) => void;
}

/**
 * To be sent to another user, so without filters. Its name leaves out the task, which the line around it has. Each of
 * Remix's own links would look up the page's address for itself.
 */
export function TodoLink({ id, onFollow }: TodoLinkProps) {
  return (
    // biome-ignore lint/a11y/useAnchorContent: its title is its name
    <a href={`/?todo=${id}#${placeOf(id)}`} onClick={onFollow} title="Link to this todo" />
  );
}
