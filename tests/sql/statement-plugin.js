import { definePlugin } from "@ts-safeql/plugin-utils";

/**
 * @import { PluginResolvedTarget, TypeCheckContext } from "@ts-safeql/plugin-utils"
 * @import { Type, TypeChecker } from "typescript"
 */

/**
 * Teaches SafeQL what `statement(row, sql`…`)` means: `row` is a zod schema, and must agree with what SafeQL
 * infers from the database for each column; and a parameter has the type that its cast names.
 */
export default definePlugin({
  name: "statement",
  package: import.meta.filename,
  setup: () => ({
    onTarget({ node, context: { checker, parser } }) {
      const type = checker.getTypeAtLocation(parser.esTreeNodeToTSNodeMap.get(node));
      // A fragment is checked as part of the statements that use it.
      const isStatement = node.parent.type === "CallExpression";
      return isStatement && type.symbol?.name === "Sql"
        ? { skipTypeAnnotations: true, typeCheck }
        : undefined;
    },
  }),
});

/** @param {TypeCheckContext} context */
function typeCheck(context) {
  const complaints = [...complaintsAboutParameters(context), ...complaintsAboutColumns(context)];
  return complaints.length > 0 ? { message: complaints.join("\n") } : undefined;
}

/**
 * The JavaScript type of each cast. Postgres casts text to anything, and SafeQL believes it.
 * @type {Record<string, string>}
 */
const kindForCast = {
  text: "string",
  uuid: "string",
  timestamptz: "string",
  bigint: "string",
  int: "number",
  boolean: "boolean",
};

/** @param {TypeCheckContext} context */
function complaintsAboutParameters({ node, checker, parser, sourceCode }) {
  const { expressions, quasis } = node.quasi;
  return expressions.flatMap((expression, index) => {
    const cast = /^::(\w+)(?![\w[])/.exec(quasis[index + 1]?.value.raw ?? "")?.[1] ?? "";
    const wanted = kindForCast[cast];
    const given = kindsOfType(
      checker.getTypeAtLocation(parser.esTreeNodeToTSNodeMap.get(expression)),
      checker,
    );
    if (!wanted || given.every((kind) => kind === wanted || kind === "null")) return [];
    return [
      `The parameter ${sourceCode.getText(expression)} is ${given.join(" | ")}, but is cast to ${cast}`,
    ];
  });
}

/** @param {TypeCheckContext} context */
function complaintsAboutColumns({ node, output, checker, parser }) {
  const schema = node.parent.type === "CallExpression" && node.parent.arguments[0];
  if (!schema || output.kind !== "object") return [];
  const schemaType = checker.getTypeAtLocation(parser.esTreeNodeToTSNodeMap.get(schema));
  // The schema's input, not its output.
  const row = propertyType(schemaType, "_input", checker);

  const columns = new Map(output.value);
  const names = new Set([...columns.keys(), ...(row?.getProperties() ?? []).map(({ name }) => name)]);
  return [...names].flatMap((name) => {
    const complaint = complaintAbout(columns.get(name), row && propertyType(row, name, checker), checker);
    return complaint ? [`The column "${name}" ${complaint}`] : [];
  });
}

/**
 * @param {PluginResolvedTarget | undefined} column
 * @param {Type | undefined} promised
 * @param {TypeChecker} checker
 */
function complaintAbout(column, promised, checker) {
  if (!column) return "is in the row's schema, but is not selected";
  if (!promised) return "is selected, but is not in the row's schema";
  const given = kindsOf(column);
  const accepted = kindsOfType(promised, checker);
  if (accepted.includes("any") || accepted.includes("unknown")) return undefined;
  // SafeQL does not know what every function returns: "unknown" is left to zod, at run time.
  if (given.every((kind) => accepted.includes(kind) || kind === "any" || kind === "unknown"))
    return undefined;
  return `is ${given.join(" | ")}, but the row's schema says ${accepted.join(" | ")}`;
}

/**
 * @param {PluginResolvedTarget} target
 * @returns {string[]} as in `["string", "null"]`
 */
function kindsOf(target) {
  switch (target.kind) {
    case "type":
      return [target.value];
    case "literal":
      return kindsOf(target.base);
    case "union":
      return target.value.flatMap(kindsOf);
    case "array":
      return [`${kindsOf(target.value).join(" | ")}[]`];
    case "object":
      return ["object"];
  }
}

/**
 * @param {Type} type
 * @param {TypeChecker} checker
 * @returns {string[]} in the same words
 */
function kindsOfType(type, checker) {
  const members = type.isUnion() ? type.types : [type];
  const names = members.map((member) => checker.typeToString(checker.getBaseTypeOfLiteralType(member)));
  return [...new Set(names)];
}

/**
 * @param {Type} type
 * @param {string} name
 * @param {TypeChecker} checker
 */
function propertyType(type, name, checker) {
  const property = type.getProperty(name);
  return property && checker.getTypeOfSymbol(property);
}
