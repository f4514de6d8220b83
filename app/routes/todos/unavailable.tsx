import { useLocation } from "@remix-run/react";
import { Frame } from "#app/components/frame.tsx";
import { AddTodo } from "./add-todo.tsx";
import type { RefusedChange } from "./answer.ts";

/** `/` while it cannot be read: what was typed stays in its field, and can be sent again from here. */
export function Unavailable({ message, refused }: { message: string; refused: RefusedChange | undefined }) {
  const { pathname, search } = useLocation();
  return (
    <Frame>
      <h1>Todos</h1>
      <p role="alert" className="notice">
        {message}
      </p>
      {refused?.task ? <AddTodo refused={{ ...refused, errors: {} }} /> : null}
      <p>
        <a className="button" href={pathname + search}>
          Try again
        </a>
      </p>
    </Frame>
  );
}
