import { Form, useNavigate } from "@remix-run/react";
import { useEffect, useRef } from "react";
import { useKeyShortcut } from "../keyboard/single-letters.ts";
import { type ListView, longestQuery, parseQuery, searchOf } from "../list/views.ts";
import { useNextView } from "./use-next-view.ts";

const pauseMs = 250;

/** With JavaScript the list follows what is typed, and one step back leads to where the typing began. */
export function SearchForm({ listView }: { listView: ListView }) {
  const { query } = listView;
  const next = useRef(listView);
  next.current = useNextView(listView);
  const navigate = useNavigate();
  const shortcut = useKeyShortcut("/");
  const field = useRef<HTMLInputElement>(null);
  const asked = useRef(query);
  const waiting = useRef<ReturnType<typeof setTimeout>>();

  // A link or a step back changes the search, too.
  useEffect(() => {
    if (query === asked.current || !field.current) return;
    clearTimeout(waiting.current);
    asked.current = query;
    field.current.value = query;
  }, [query]);
  useEffect(() => () => clearTimeout(waiting.current), []);

  function search(): void {
    clearTimeout(waiting.current);
    const typed = parseQuery(field.current?.value ?? "").query;
    if (typed === asked.current) return;
    const replace = asked.current !== "";
    asked.current = typed;
    const found = { ...next.current, query: typed, before: null, todoId: null };
    navigate(`/${searchOf(found)}`, { replace, preventScrollReset: true });
  }

  // The filters, without what the form itself asks for.
  const kept = new URLSearchParams(searchOf({ ...listView, query: "", before: null, todoId: null }));
  return (
    <Form
      role="search"
      action="/"
      className="search"
      onSubmit={(event) => {
        event.preventDefault();
        search();
      }}
    >
      {[...kept].map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <label>
        <span className="visually-hidden">Search</span>
        <input
          ref={field}
          type="search"
          name="q"
          placeholder="Search"
          autoComplete="off"
          maxLength={longestQuery}
          aria-keyshortcuts={shortcut}
          defaultValue={query}
          onChange={() => {
            clearTimeout(waiting.current);
            waiting.current = setTimeout(search, pauseMs);
          }}
        />
      </label>
      <button type="submit">Search</button>
    </Form>
  );
}
