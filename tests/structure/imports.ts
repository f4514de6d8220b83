import { posix } from "node:path";
import ts from "typescript";

/** What one source file uses. */
export interface Uses {
  /** Files, as paths from the project's directory, and packages by their names; types count, too. */
  imports: string[];
  readsEnvironment: boolean;
}

/** @param path from the project's directory */
export function usesOf(path: string, source: string): Uses {
  const uses: Uses = { imports: [], readsEnvironment: false };
  const visit = (node: ts.Node): void => {
    const specifier = specifierOf(node);
    if (specifier) uses.imports.push(resolved(path, specifier));
    if (/^process\??\.env$/.test(ts.isPropertyAccessExpression(node) ? node.getText() : ""))
      uses.readsEnvironment = true;
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true));
  return uses;
}

/** What an import, a re-export, `import("…")` or the type `import("…")` names. */
function specifierOf(node: ts.Node): string | undefined {
  const specifier =
    ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
      ? node.moduleSpecifier
      : ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
        ? node.arguments[0]
        : ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)
          ? node.argument.literal
          : undefined;
  return specifier && ts.isStringLiteralLike(specifier) ? specifier.text : undefined;
}

function resolved(path: string, specifier: string): string {
  const file = specifier.replace(/\?\w+$/, "").replace(/^#(?=(app|db|tests)\/)/, "");
  return file.startsWith(".") ? posix.join(posix.dirname(path), file) : file;
}
