import { Form, useNavigate } from "@remix-run/react";
import { useEffect, useRef, useState } from "react";
import { useKeyShortcut } from "../keyboard/single-letters.ts";
import { type ListView, longestQuery, parseQuery, searchOf } from "../list/views.ts";
import { useNextView, viewAt } from "./use-next-view.ts";

const pauseMs = 250;

/** With JavaScript the list follows what is typed, and one step back leads to where the typing began. */
export function SearchForm({ listView }: { listView: ListView }) {
  const next = useRef(listView);
  next.current = useNextView(listView);
  // Another default would show in a field that nobody has typed into.
  const [firstQuery] = useState(listView.query);
  const navigate = useNavigate();
  const shortcut = useKeyShortcut("/");
  const field = useRef<HTMLInputElement>(null);
  const waiting = useRef<ReturnType<typeof setTimeout>>();

  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the script is there
  useEffect(() => {
    // Users may type before the script is there.
    if (queryIn(field.current) !== firstQuery) searchSoon();
    return stopWaiting;
  }, []);

  const { query } = next.current;
  // biome-ignore lint/correctness/useExhaustiveDependencies: when a link has changed the search
  useEffect(follow, [query]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `show` reads refs alone
  useEffect(() => {
    // Even in a field with the focus: users who step back or forward are not typing.
    function step() {
      const view = viewAt(window.location);
      if (view) show(view.query);
    }
    window.addEventListener("popstate", step);
    return () => window.removeEventListener("popstate", step);
  }, []);

  /** Not while the field has the focus: an answer may be older than the text. */
  function follow(): void {
    const isUsed = document.activeElement === field.current || waiting.current !== undefined;
    if (!isUsed) show(next.current.query);
  }

  function show(shown: string): void {
    stopWaiting();
    if (field.current && queryIn(field.current) !== shown) field.current.value = shown;
  }

  function searchSoon(): void {
    stopWaiting();
    waiting.current = setTimeout(search, pauseMs);
  }

  function stopWaiting(): void {
    clearTimeout(waiting.current);
    waiting.current = undefined;
  }

  function search(): void {
    stopWaiting();
    const typed = queryIn(field.current);
    if (typed === next.current.query) return;
    // The browser's own address: a search that is still loading has no place in its history yet.
    const replace = Boolean(viewAt(window.location)?.query);
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
          dir="auto"
          defaultValue={firstQuery}
          onChange={({ nativeEvent }) => {
            if (!(nativeEvent instanceof InputEvent && nativeEvent.isComposing)) searchSoon();
          }}
          onCompositionStart={stopWaiting}
          onCompositionEnd={searchSoon}
          onBlur={follow}
        />
      </label>
      <button type="submit">Search</button>
    </Form>
  );
}

function queryIn(field: HTMLInputElement | null): string {
  return parseQuery(field?.value ?? "").query;
}
