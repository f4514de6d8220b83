import type { List } from "../list/read.server.ts";
import { longestQuery } from "../list/views.ts";
import { FilterLinks } from "./filter-links.tsx";
import { SearchForm } from "./search-form.tsx";

export function FindTodos({ data }: { data: List }) {
  const { listView, isLinkedThere, isSearchedInPart, isNewestPage } = data;
  return (
    <>
      <div className="find">
        <FilterLinks listView={listView} />
        <SearchForm listView={listView} />
      </div>
      {listView.isQueryCut ? (
        <p className="empty">{`Only the first ${longestQuery} characters were used.`}</p>
      ) : null}
      {isLinkedThere ? null : <p className="empty">The linked todo isn't here. It may have been deleted.</p>}
      {isSearchedInPart ? (
        <p className="empty">
          {`Short searches look through one part of the list at a time. This is the ${isNewestPage ? "newest" : "next"} part.`}
        </p>
      ) : null}
    </>
  );
}
