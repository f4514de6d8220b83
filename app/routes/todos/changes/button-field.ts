/** The fields of a form, by name. */
export type Fields = Record<string, string | string[]>;

/** A button posts one field. Ours holds a change: its intent, and then the values of these fields, the last of which may repeat. */
const order = new Map([
  ["toggle", ["complete", "id"]],
  ["toggle-all", ["complete", "id"]],
  ["delete", ["id"]],
  ["clear-completed", ["scope"]],
  ["restore", ["batch"]],
]);
const name = "change";

/** @throws {Error} for an intent that `order` does not have, whose values would be lost without JavaScript */
export function buttonField(fields: Fields): { name: string; value: string } {
  const intent = String(fields.intent);
  const names = order.get(intent);
  if (!names) throw new Error(`No button is known to ${intent}`);
  return { name, value: [intent, ...names.flatMap((field) => fields[field] ?? [])].join(" ") };
}

/** Puts the fields of a button's change in its place. With an `intent` beside it, that is a repeated field. */
export function withButtonFields(fields: [name: string, value: string][]): [name: string, value: string][] {
  return fields.flatMap((field) => (field[0] === name ? fieldsIn(field[1]) : [field]));
}

function fieldsIn(change: string): [name: string, value: string][] {
  const [intent = "", ...values] = change.split(" ");
  const names = order.get(intent);
  if (!names) return [["intent", ""]];
  return [
    ["intent", intent],
    ...values.map((value, index): [string, string] => [names[index] ?? names.at(-1) ?? "", value]),
  ];
}
