import { afterAll, expect, test } from "vitest";
import { remixHeaders } from "#app/http/remix-data.ts";
import { type Answer, hangUp, send } from "./app.ts";
import { fingerprint } from "./rows.ts";
import { actions, requestFor } from "./table/actions.ts";
import { actors, enter } from "./table/actors.ts";

// Who may do what to a todo, which is the owner's and not the others'. `done` changes rows, and everything else leaves
// every row as it was: `shown` and `nothing` (200 and 204), `front page` (what the app is), `sign in` and `confirm` (303
// to that page), and the status of a refusal.
const table = `
                    | signed out | user    | owner   | admin   | demoted admin | deleted user | erased user | restricted user
see the list        | front page | shown   | shown   | shown   | shown         | front page   | front page  | confirm
hear of changes     | nothing    | shown   | shown   | shown   | shown         | nothing      | nothing     | nothing
add                 | sign in    | done    | done    | done    | done          | sign in      | sign in     | confirm
toggle              | sign in    | done    | done    | done    | done          | sign in      | sign in     | confirm
edit                | sign in    | 403     | done    | done    | 403           | sign in      | sign in     | confirm
assign              | sign in    | done    | done    | done    | done          | sign in      | sign in     | confirm
edit another text   | sign in    | 403     | 409     | 409     | 403           | sign in      | sign in     | confirm
delete              | sign in    | 403     | done    | done    | 403           | sign in      | sign in     | confirm
toggle all          | sign in    | done    | done    | done    | done          | sign in      | sign in     | confirm
clear the actor's   | sign in    | done    | done    | done    | done          | sign in      | sign in     | confirm
clear everyone's    | sign in    | 403     | 403     | done    | 403           | sign in      | sign in     | confirm
undo own delete     | sign in    | 404     | done    | done    | 404           | sign in      | sign in     | confirm
undo other's delete | sign in    | 404     | 404     | 404     | 404           | sign in      | sign in     | confirm
undo own edit       | sign in    | 404     | done    | done    | 404           | sign in      | sign in     | confirm
undo other's edit   | sign in    | 404     | 404     | 404     | 404           | sign in      | sign in     | confirm
undo own batch      | sign in    | done    | done    | done    | done          | sign in      | sign in     | confirm
undo other's batch  | sign in    | 404     | 404     | 404     | 404           | sign in      | sign in     | confirm
see statistics      | sign in    | 403     | 403     | shown   | 403           | sign in      | sign in     | confirm
take statistics     | sign in    | 403     | 403     | shown   | 403           | sign in      | sign in     | confirm
take todos, JSON    | sign in    | shown   | shown   | shown   | shown         | sign in      | sign in     | confirm
take todos, CSV     | sign in    | shown   | shown   | shown   | shown         | sign in      | sign in     | confirm
find people         | sign in    | shown   | shown   | shown   | shown         | sign in      | sign in     | confirm
import todos        | sign in    | done    | done    | done    | done          | sign in      | sign in     | confirm
see the account     | sign in    | shown   | shown   | shown   | shown         | sign in      | sign in     | confirm
rename              | sign in    | done    | done    | done    | done          | sign in      | sign in     | confirm
change password     | sign in    | done    | done    | done    | done          | sign in      | sign in     | confirm
wrong password      | sign in    | 400     | 400     | 400     | 400           | sign in      | sign in     | confirm
end sessions        | sign in    | done    | done    | done    | done          | sign in      | sign in     | confirm
delete account      | sign in    | done    | done    | done    | done          | sign in      | sign in     | confirm
delete another's    | sign in    | 400     | 400     | 400     | 400           | sign in      | sign in     | confirm
`;

const cells = table
  .trim()
  .split("\n")
  .slice(1)
  .flatMap((line) => {
    const [name = "", ...outcomes] = line.split("|").map((cell) => cell.trim());
    return actors.map((actor, index) => ({ name, actor, outcome: outcomes[index] ?? "" }));
  })
  .flatMap((cell) => {
    const isScriptsToo = actions[cell.name]?.routeId !== undefined;
    return isScriptsToo
      ? [false, true].map((isScripts) => ({ ...cell, isScripts }))
      : { ...cell, isScripts: false };
  });

afterAll(hangUp);

test("the table has a cell for each actor and action", () => {
  const names = new Set(cells.map(({ name }) => name));
  expect([...names]).toEqual(Object.keys(actions));
  expect(cells.filter(({ outcome }) => outcome === "")).toEqual([]);
  expect(
    table
      .trim()
      .split("\n")[0]
      ?.split("|")
      .slice(1)
      .map((name) => name.trim()),
  ).toEqual(actors);
  console.log(`Who may do what: ${cells.length} cells`);
});

for (const { name, actor, outcome, isScripts } of cells) {
  test(`${name}, for the ${actor}${isScripts ? " with the script" : ""}: ${outcome}`, async () => {
    const action = actions[name];
    if (!action) throw new Error(`There is no action "${name}"`);
    const scene = await enter(actor, action.password);
    const further = (await action.prepare?.(scene)) ?? {};
    const before = await fingerprint();
    const answer = await send(requestFor(action, scene, further, isScripts));
    expect(outcomeOf(answer)).toBe(outcome);
    if (outcome === "done") expect(await fingerprint()).not.toBe(before);
    else expect(await fingerprint()).toBe(before);
  });
}

function outcomeOf({ status, headers, body }: Answer): string {
  const location = String(headers.location ?? headers[remixHeaders.redirect.toLowerCase()] ?? "");
  if (location.startsWith("/sign-in")) return "sign in";
  if (location.startsWith("/verify-email")) return "confirm";
  // For a script, Remix redirects with 204.
  if (location !== "" && (status === 303 || status === 204)) return "done";
  if (status === 204) return "nothing";
  if (status !== 200) return String(status);
  if (body.includes('"view":"landing"')) return "front page";
  return body.startsWith('{"ok":true') ? "done" : "shown";
}
