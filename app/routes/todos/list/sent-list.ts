import type { Todo } from "./todo.server.ts";

type Owner = Pick<Todo, "ownerId" | "ownerEmail" | "isGhost">;

interface SentTodo extends Pick<Todo, "id" | "task"> {
  /** A place in `owners`; the first without it. */
  owner?: number;
  isComplete?: true;
  assigneeEmail?: string;
  dueOn?: string;
}

/** A list as it travels: fifty todos of one owner name the owner once, and nothing that few todos have. */
export type Sent<List extends { todos: Todo[] }> = Omit<List, "todos"> & {
  owners: Owner[];
  todos: SentTodo[];
};

export function toSent<List extends { todos: Todo[] }>({ todos, ...list }: List): Sent<List> {
  const owners = new Map<string, Owner>();
  for (const { ownerId, ownerEmail, isGhost } of todos) owners.set(ownerId, { ownerId, ownerEmail, isGhost });
  const places = [...owners.keys()];
  return {
    ...list,
    owners: [...owners.values()],
    todos: todos.map(({ id, task, isComplete, ownerId, assigneeEmail, dueOn }) => ({
      id,
      task,
      ...(ownerId !== places[0] && { owner: places.indexOf(ownerId) }),
      ...(isComplete && { isComplete }),
      ...(assigneeEmail !== null && { assigneeEmail }),
      ...(dueOn !== null && { dueOn }),
    })),
  };
}

export function fromSent<List extends { todos: Todo[] }>({ owners, todos, ...list }: Sent<List>): List {
  const whole = todos.map(
    ({ owner = 0, isComplete = false, assigneeEmail = null, dueOn = null, ...todo }) => ({
      ...todo,
      ...owners[owner],
      isComplete,
      assigneeEmail,
      dueOn,
    }),
  );
  return { ...list, todos: whole } as unknown as List;
}
