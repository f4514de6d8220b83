/** A field's value in a urlencoded body, and what is bad about it. */
export interface BadValue {
  badness: string;
  encoded: string;
}

/** Every character that Unicode calls white space. */
const whiteSpace =
  "\t\n\v\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000";

const uuid = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";

const texts: Record<string, string[]> = {
  empty: [""],
  "white space": [whiteSpace, " ", "\u0085", "\u3000", "\r\n"],
  "too long": ["x".repeat(501), "🥛".repeat(501), "x".repeat(257), "x".repeat(71)],
  "the longest possible": ["🥛".repeat(500), `${whiteSpace}${"x".repeat(500)}${whiteSpace}`],
  NUL: ["\0", "a\0b", "1\0", "\0true"],
  "control characters": ["a\u0007b", "\u001b[31mred", "a\r\nSet-Cookie: todos-session=x"],
  "right to left, and zero width": ["\u202egnp.exe", "\u2066a\u2069", "\u200b", "a\u200db", "\ufeff"],
  noncharacters: ["\ufffe", "\uffff", "\u{10ffff}"],
  "many marks": [`Z${"\u0300".repeat(400)}`],
  SQL: ["' or 1=1 --", "1; drop table todos", "1) or (1=1", "$1", "\\'; --", "%_\\%"],
  HTML: [
    '"><script>steal()</script>',
    "<img src=x onerror=steal()>",
    "</script><svg onload=steal()>",
    "&lt;b&gt;",
  ],
  templates: ["$" + "{7*7}", "{{7*7}}", "<%= 7*7 %>", "#{7*7}", "%s%n%d"],
  prototypes: ["__proto__", "constructor", "toString", "hasOwnProperty", "__defineGetter__"],
  JSON: ['{"$ne":null}', "[]", '["add"]', "null", "undefined", "[object Object]"],
  paths: ["../../etc/passwd", "C:\\windows", "file:///etc/passwd", "//evil.example", "/\\evil.example"],
  addresses: ["javascript:steal()", "https://evil.example/", "/%09/evil.example", "/%5cevil.example"],
  "odd numbers": [
    "0",
    "-1",
    "+1",
    "01",
    "1e3",
    "0x2",
    "1.0",
    "1,0",
    " 1",
    "1 ",
    "1n",
    "NaN",
    "Infinity",
    "1_000",
  ],
  "huge numbers": ["9223372036854775808", "18446744073709551617", "9".repeat(400), "1e999"],
  "numbers in other digits": ["１", "٣", "²", "Ⅷ"],
  "a number of nothing": ["9223372036854775807"],
  "odd booleans": ["True", "TRUE", "FALSE", "1", "on", "yes", "true,false", "true "],
  "odd UUIDs": [
    uuid.toUpperCase(),
    uuid.replaceAll("-", ""),
    `{${uuid}}`,
    `urn:uuid:${uuid}`,
    `${uuid}0`,
    uuid.slice(1),
    uuid.replace("4f89", "4g89"),
    "00000000-0000-0000-0000-000000000000",
  ],
  "odd emails": [
    "bob",
    "bob@",
    "@example.com",
    "bob@a@example.com",
    "bob@example.com\0",
    "bob@example.com\r\nBcc: doug@example.com",
    "bob@example.com,doug@example.com",
    "bob@ex ample.com",
    `${"b".repeat(310)}@example.com`,
  ],
  "others' words": ["remove", "everyone", "dark", "true", "admin"],
};

const bytes: Record<string, string[]> = {
  "invalid UTF-8": ["%FF", "%C0%AF", "%ED%A0%80", "%F4%90%80%80", "%E2%82"],
  "damaged encoding": ["%", "%zz", "%u0041", "a%2", "%%30%30"],
};

/** Values that are invalid in any field. */
export const badValues: BadValue[] = [
  ...Object.entries(texts).flatMap(([badness, values]) =>
    values.map((value) => ({ badness, encoded: encodeURIComponent(value) })),
  ),
  ...Object.entries(bytes).flatMap(([badness, values]) => values.map((encoded) => ({ badness, encoded }))),
];

export const oneOfEach: BadValue[] = badValues.filter(
  ({ badness }, index) => badValues.findIndex((other) => other.badness === badness) === index,
);

/** Larger than a form may be. */
export const tooLarge: BadValue = { badness: "64 KiB", encoded: "x".repeat(64 * 1024) };
