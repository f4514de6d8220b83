import type { ListData } from "#app/routes/todos/list/list.server.ts";
import { longestQuery } from "#app/routes/todos/list/list-view.ts";
import { FilterLinks } from "./filter-links.tsx";
import { SearchForm } from "./search-form.tsx";

type Data = Extract<ListData, { view: "list" }>;

/** Filters and search, and what is to be said of what they found. */
export function FindTodos({ data }: { data: Data }) {
  const { listView, isLinkedThere, isSearchedInPart, isNewestPage } = data;
  return (
    <>
      <div className="find">
        <FilterLinks listView={listView} />
        <SearchForm listView={listView} />
      </div>
      {listView.isQueryCut ? (
        <p className="empty">{`Only the first ${longestQuery} characters are searched for.`}</p>
      ) : null}
      {isLinkedThere ? null : (
        <p className="empty">The todo that the link leads to is not here: it may have been deleted.</p>
      )}
      {isSearchedInPart ? (
        <p className="empty">
          {`So short a text is searched for bit by bit: this was the ${isNewestPage ? "newest" : "next"} part of the list.`}
        </p>
      ) : null}
    </>
  );
}
