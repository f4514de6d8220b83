/** A form's fields by name, as the browser sent them. */
export type Form = ReadonlyMap<string, string>;

/**
 * Reads a urlencoded form, which is how every form of ours arrives.
 * @returns undefined for any other body, and for one that gives a field twice
 */
export async function readForm(request: Request): Promise<Form | undefined> {
  const fields = await readFields(request);
  return fields && toForm(fields);
}

/**
 * The same for a form in which a field may stand several times.
 * @returns its fields in their order; undefined for any other body
 */
export async function readFields(request: Request): Promise<[name: string, value: string][] | undefined> {
  const type = request.headers.get("Content-Type")?.split(";", 1)[0]?.trim().toLowerCase();
  if (type !== "application/x-www-form-urlencoded") return undefined;
  return [...new URLSearchParams(await request.text())];
}

/** @returns undefined for fields one of which is given twice */
export function toForm(fields: [name: string, value: string][]): Form | undefined {
  const form = new Map(fields);
  return form.size === fields.length ? form : undefined;
}
