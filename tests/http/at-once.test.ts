import { afterAll, expect, test } from "vitest";
import { hangUp, send } from "./app.ts";
import { signedInPeople } from "./people.ts";

afterAll(hangUp);

// What a double click sends. Each pair has its own todo; without a lock most pairs collide.
test.each([
  ["a tick", (id: string) => ({ intent: "toggle", id, complete: "true" })],
  ["a new task", (id: string) => ({ intent: "edit", id, task: "something else" })],
  ["a tick of several", (id: string) => ({ intent: "toggle-all", id, complete: "true" })],
])("%s sent twice at once succeeds both times", async (_, fields) => {
  const people = await signedInPeople(40);
  const answers = await Promise.all(
    people.flatMap(({ todoId, cookie }) => {
      const body = new URLSearchParams(fields(todoId)).toString();
      const post = () => send({ method: "POST", path: "/?index", body, cookie });
      return [post(), post()];
    }),
  );
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 303));
});
