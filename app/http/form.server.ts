/** A form's fields by name, as the browser sent them. */
export type Form = ReadonlyMap<string, string>;

/**
 * Reads a urlencoded form, which is how every form of ours arrives.
 * @returns undefined for any other body, and for one that gives a field twice
 */
export async function readForm(request: Request): Promise<Form | undefined> {
  const type = request.headers.get("Content-Type")?.split(";", 1)[0]?.trim().toLowerCase();
  if (type !== "application/x-www-form-urlencoded") return undefined;
  const form = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(await request.text())) {
    if (form.has(name)) return undefined;
    form.set(name, value);
  }
  return form;
}
