import { posix } from "node:path";
import { type Uses, usesOf } from "./imports.ts";

const filesInOneFolder = 14;

/** Where alone a package may be imported. */
const importers: Record<string, string[]> = {
  // db/neon-over-tcp takes its types.
  "@neondatabase/serverless": ["app/db", "db/neon-over-tcp"],
  "@stackframe/stack": ["app/auth/stack"],
};

/** `npm start` says that it is production before anything else is loaded. */
const environmentReaders = ["app/platform/environment.server.ts", "app/start.js"];

/** What a floor may import of app/ and db/ beside itself; or what it may not. */
const floors: { folder: string; only?: string[]; never?: string[] }[] = [
  { folder: "app", never: ["db/commands", "db/local", "tests"] },
  { folder: "app/platform", only: [] },
  { folder: "app/db", only: ["app/platform", "db/neon-over-tcp"] },
  { folder: "app/http", only: ["app/db", "app/platform"] },
  {
    folder: "app/server",
    never: ["auth", "live", "routes", "profiles", "limits"].map((name) => `app/${name}`),
  },
  { folder: "app/live", never: ["app/routes"] },
];

/**
 * Looks whether the house's rules hold.
 * @param files the content of every file of app/ and db/ by its path; only that of scripts is read
 * @returns what breaks a rule, a sentence each
 */
export function violations(files: Map<string, string>): string[] {
  const sources = new Map<string, Uses>();
  for (const [path, content] of files) {
    if (/\.(ts|tsx|js)$/.test(path)) sources.set(path, usesOf(path, content));
  }
  const imports: Import[] = [...sources].flatMap(([from, uses]) => uses.imports.map((to) => ({ from, to })));
  return [
    ...fullFolders([...files.keys()]),
    ...foldersThatImportEachOther(imports.filter(({ to }) => sources.has(to))),
    ...cycles(sources),
    ...imports.flatMap(brokenFloors),
    ...imports.flatMap(wrongImporter),
    ...[...sources]
      .filter(
        ([path, uses]) => uses.readsEnvironment && isIn(path, "app") && !environmentReaders.includes(path),
      )
      .map(([path]) => `${path} reads process.env; only ${environmentReaders[0]} may.`),
  ];
}

interface Import {
  from: string;
  to: string;
}

/** @returns a sentence for each folder that holds too many of these files */
export function fullFolders(paths: string[]): string[] {
  const counts = new Map<string, number>();
  for (const folder of paths.map(folderOf)) counts.set(folder, (counts.get(folder) ?? 0) + 1);
  return [...counts]
    .filter(([folder, count]) => count > filesInOneFolder && folder !== "db/migrations")
    .map(([folder, count]) => `${folder} holds ${count} files; the most is ${filesInOneFolder}.`);
}

function foldersThatImportEachOther(imports: Import[]): string[] {
  const pairs = new Map<string, Import>();
  for (const { from, to } of imports) pairs.set(`${folderOf(from)} ${folderOf(to)}`, { from, to });
  return [...pairs.values()].flatMap(({ from, to }) => {
    const [one, other] = [folderOf(from), folderOf(to)];
    const back = one < other && pairs.get(`${other} ${one}`);
    if (!back) return [];
    return [`${one} and ${other} import each other: ${arrow({ from, to })} and ${arrow(back)}.`];
  });
}

function cycles(sources: Map<string, Uses>): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: string[]): void => {
    const at = trail.indexOf(path);
    if (at >= 0)
      found.push(`Files import each other in a circle: ${[...trail.slice(at), path].join(" -> ")}.`);
    if (at >= 0 || done.has(path)) return;
    for (const next of sources.get(path)?.imports ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of sources.keys()) visit(path, []);
  return found;
}

function brokenFloors({ from, to }: Import): string[] {
  if (!["app", "db", "tests"].some((root) => isIn(to, root))) return [];
  return floors
    .filter(({ folder, only, never = [] }) => {
      if (!isIn(from, folder) || isIn(to, folder)) return false;
      return only ? !only.some((each) => isIn(to, each)) : never.some((each) => isIn(to, each));
    })
    .map(({ folder }) => `${folder} may not import ${folderOf(to)}: ${arrow({ from, to })}.`);
}

function wrongImporter({ from, to }: Import): string[] {
  return Object.entries(importers)
    .filter(([name, folders]) => isIn(to, name) && !folders.some((folder) => isIn(from, folder)))
    .map(([name, [first]]) => `${name} may only be imported in ${first}: ${from} imports it.`);
}

function isIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

function folderOf(path: string): string {
  return posix.dirname(path);
}

function arrow({ from, to }: Import): string {
  return `${from} -> ${to}`;
}
