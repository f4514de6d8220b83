/** A query string without the todo that is being edited there, for where the list goes on. */
export function withoutEdit(search: string): string {
  const params = new URLSearchParams(search);
  if (!params.has("edit")) return search;
  params.delete("edit");
  return params.size > 0 ? `?${params}` : "";
}
