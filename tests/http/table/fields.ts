// What the contract says about fields, written from the contract and not from the code.

/** A form's values by name; only a todo's id may repeat. */
export interface Fields {
  get(name: string): string | undefined;
  ids: string[];
}

const uuid = /^([0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}|[0-]{36}|[f-]{36})$/i;

/** Without the white space of any script around it. */
function trimmed(text = ""): string {
  return text.replace(/^\p{White_Space}+|\p{White_Space}+$/gu, "");
}

export function isEmpty(text: string | undefined): boolean {
  return trimmed(text) === "";
}

/** A trimmed task; undefined if it is invalid. */
export function taskIn(text: string | undefined): string | undefined {
  const task = trimmed(text);
  const { length } = [...task];
  const isVisible = /[^\p{White_Space}\p{Cc}\p{Default_Ignorable_Code_Point}]/u.test(task);
  return isVisible && length <= 500 && !task.includes("\0") ? task : undefined;
}

/** Of a todo: a calendar's, or none. */
export function isDay(text: string | undefined): boolean {
  const [, year = 0, month = 0, day = 0] =
    trimmed(text)
      .match(/^(\d{4})-(\d\d)-(\d\d)$/)
      ?.map(Number) ?? [];
  const date = new Date(Date.UTC(year, month - 1, day));
  return isEmpty(text) || (year >= 1900 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day);
}

export function isId(text: string | undefined): boolean {
  return text !== undefined && /^[1-9][0-9]{0,18}$/.test(text) && BigInt(text) <= 9223372036854775807n;
}

export function isFlag(text: string | undefined): boolean {
  return text === "true" || text === "false";
}

export function isUuid(text: string | undefined): boolean {
  return text !== undefined && uuid.test(text);
}

export function isEmail(text: string | undefined): boolean {
  return (
    /^[\w.+-]+@[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(text?.trim() ?? "") && (text?.trim().length ?? 0) <= 320
  );
}

export function isName(text: string | undefined): boolean {
  return (text ?? "").trim().length <= 256 && !text?.includes("\0");
}

export function hasLength(text: string | undefined, least: number, most: number): boolean {
  return text !== undefined && text.length >= least && text.length <= most;
}
