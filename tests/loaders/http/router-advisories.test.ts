import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import { dataPath } from "#app/http/remix-data.ts";
import { servePage } from "./served-page.ts";

// react-router 6.30.6 has two known holes, which only 7.18 closes. docs/decisions/0001-remix-2.md says why neither can
// be reached here; these tests fail when that stops being true.

const sources = readdirSync("app", { recursive: true, encoding: "utf8" })
  .filter((file) => /\.tsx?$/.test(file))
  .map((file) => join("app", file))
  .map((file) => ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true));
const nodes = sources.flatMap(nodesIn);

function nodesIn(node: ts.Node): ts.Node[] {
  const children: ts.Node[] = [];
  node.forEachChild((child) => void children.push(child));
  return [node, ...children.flatMap(nodesIn)];
}

function placeOf(node: ts.Node): string {
  const source = node.getSourceFile();
  const { line } = source.getLineAndCharacterOfPosition(node.getStart());
  return `${source.fileName}:${line + 1}: ${node.getText()}`;
}

/** Values built in other files, and why each is a path of this site. */
const reviewed: Record<string, string> = {
  redirectTo: "built by safeRedirectTo; a sign-in through a provider keeps it in a signed cookie",
  "flow.redirectTo": "the same",
  "pathname + search": "the address of a page that a route has matched",
  "pathname + withoutEdit(search)": "the same",
  "pathname + search + hash": "where a link leads that was clicked, and this test sees all links",
  tryAgain: "the same, from the error boundary",
  place: "built by placeOfAdded, from the list's own view",
  "made.place": "the same",
  "sortPaths[column.sort]": "built by usersPath, from the table's own view",
  firstPath: "the same",
  nextPath: "the same",
};

/** The last one builds the provider's own address, from the configuration. */
const makers = /^(safeRedirectTo|redirectToOf|(.*\.)?authorizeUrl)$/;

/** Whether a value is built so that it must be a path of this site. */
function isOurs(node: ts.Node): boolean {
  if (ts.isJsxExpression(node) || ts.isAwaitExpression(node))
    return !!node.expression && isOurs(node.expression);
  if (node.getText() in reviewed) return true;
  if (ts.isStringLiteralLike(node)) return /^\/(?![/\\])/.test(node.text);
  if (ts.isTemplateExpression(node)) {
    const next = node.templateSpans[0]?.expression.getText() ?? "";
    return (
      /^\/[a-z?#]/.test(node.head.text) || (node.head.text === "/" && /^(searchOf|withoutEdit)\(/.test(next))
    );
  }
  if (ts.isArrowFunction(node)) return isOurs(node.body);
  if (ts.isConditionalExpression(node)) return isOurs(node.whenTrue) && isOurs(node.whenFalse);
  if (ts.isBinaryExpression(node) && node.operatorToken.getText() === "??") {
    return isOurs(node.left) && isOurs(node.right);
  }
  if (ts.isIdentifier(node)) return isEvery(valuesOf(node), isOurs);
  if (!ts.isCallExpression(node)) return false;
  const { expression, arguments: given } = node;
  if (expression.getText() === "withRedirectTo") return isEvery(given.slice(0, 1), isOurs);
  return makers.test(expression.getText()) || isOurs(expression);
}

/** What a name in the same file stands for: a constant's value, or the arguments that its function is called with. */
function valuesOf(name: ts.Identifier): ts.Node[] {
  return nodesIn(name.getSourceFile()).flatMap((node): ts.Node[] => {
    if (ts.isVariableDeclaration(node) && node.name.getText() === name.text)
      return [node.initializer ?? node];
    if (!ts.isParameter(node) || node.name.getText() !== name.text) return [];
    const { parent: owner } = node;
    if (!ts.isFunctionDeclaration(owner) || !nodesIn(owner).includes(name)) return [];
    const calls = nodes
      .filter(ts.isCallExpression)
      .filter((call) => call.expression.getText() === owner.name?.text);
    return calls.map((call) => call.arguments[owner.parameters.indexOf(node)] ?? node);
  });
}

function isEvery(values: ts.Node[], is: (value: ts.Node) => boolean): boolean {
  return values.length > 0 && values.every(is);
}

test("every link and redirect leads to a path of this site (GHSA-wrjc-x8rr-h8h6)", () => {
  const targets = nodes.flatMap((node): ts.Node[] => {
    if (ts.isJsxAttribute(node) && ["to", "href"].includes(node.name.getText()))
      return [node.initializer ?? node];
    const isCall = ts.isCallExpression(node) && ["navigate", "redirect"].includes(node.expression.getText());
    return isCall ? node.arguments.slice(0, 1) : [];
  });
  expect(targets.length).toBeGreaterThan(50);
  expect(targets.filter((target) => !isOurs(target)).map(placeOf)).toEqual([]);
});

test("an error reaches the browser without the name of a constructor (GHSA-337j-9hxr-rhxg)", async () => {
  const loader = () => {
    throw Object.assign(new Error("/planted.js"), { name: "Worker" });
  };
  const origin = await servePage({ loader, default: () => null });
  for (const [path, told] of [
    ["/page", '"__type":"Error"'],
    [dataPath("/page", "page"), "Unexpected Server Error"],
  ]) {
    const answer = await fetch(origin + path);
    const text = await answer.text();
    expect([answer.status, text]).toEqual([500, expect.stringContaining(told ?? "")]);
    expect(text).not.toMatch(/__subType|Worker|planted/);
  }
});

/** Remix serializes any other object unchanged, including `__type` and `__subType`. */
test("the app throws nothing but errors and responses", () => {
  const thrown = nodes.filter(ts.isThrowStatement).map(({ expression }) => expression);
  expect(thrown.length).toBeGreaterThan(50);
  expect(thrown.filter((node) => !isErrorOrResponse(node)).map(placeOf)).toEqual([]);
});

/** A rethrown error is in a name or a property. */
function isErrorOrResponse(node: ts.Node): boolean {
  if (ts.isConditionalExpression(node)) return [node.whenTrue, node.whenFalse].every(isErrorOrResponse);
  if (ts.isCallExpression(node))
    return /^(redirect|as(\w*Fault|Outcome)|\w+Answer)$/.test(node.expression.getText());
  return [ts.isNewExpression, ts.isIdentifier, ts.isPropertyAccessExpression].some((is) => is(node));
}
