import { badValues, tooLarge } from "./values.ts";

/** A form's fields, encoded and in order. */
export type Body = [name: string, encoded: string][];

export interface Mutation {
  badness: string;
  body: Body;
}

/** Every mutation of one field of a form. @param fields all of the form's, encoded */
export function mutationsOf(fields: Body, field: string): Mutation[] {
  const at = fields.findIndex(([name]) => name === field);
  const [name, encoded] = fields[at] ?? [field, ""];
  const before = fields.slice(0, at);
  const after = fields.slice(at + 1);
  const instead = (badness: string, ...those: Body): Mutation => ({
    badness,
    body: [...before, ...those, ...after],
  });
  return [
    instead("missing"),
    instead("given twice", [name, encoded], [name, encoded]),
    instead("given twice, with another value", [name, encoded], [name, "x"]),
    instead("given fifty times more", ...Array.from({ length: 51 }, (): Body[0] => [name, encoded])),
    ...[`${name}[]`, `${name}.0`, name.toUpperCase(), `+${name}`, `${name}%00`, `__proto__[${name}]`].map(
      (other) => instead(`called ${other}`, [other, encoded]),
    ),
    ...[...badValues, tooLarge].map(({ badness, encoded: bad }) =>
      instead(`${badness}: ${bad.length > 60 ? `${bad.slice(0, 60)}…` : bad}`, [name, bad]),
    ),
  ];
}
