export type Form = ReadonlyMap<string, string>;

/**
 * Reads a urlencoded form, as all of ours are.
 * @returns undefined for any other body, and if a field is repeated
 */
export async function readForm(request: Request): Promise<Form | undefined> {
  const fields = await readFields(request);
  return fields && toForm(fields);
}

/** The same for a form that may repeat a field. */
export async function readFields(request: Request): Promise<[name: string, value: string][] | undefined> {
  const type = request.headers.get("Content-Type")?.split(";", 1)[0]?.trim().toLowerCase();
  if (type !== "application/x-www-form-urlencoded") return undefined;
  return [...new URLSearchParams(await request.text())];
}

/** @returns undefined if a field is repeated */
export function toForm(fields: [name: string, value: string][]): Form | undefined {
  const form = new Map(fields);
  return form.size === fields.length ? form : undefined;
}
