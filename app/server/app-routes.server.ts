import type { ServerBuild } from "@remix-run/node";
import { matchRoutes } from "@remix-run/react";

/** What the app has at a URL. */
export interface AppRoute {
  /** As routes.ts has it, such as `/auth/:provider`: unlike the path it holds nothing that somebody has typed. */
  pattern: string;
  /** The methods that are taken there. */
  methods: readonly string[];
}

/** @returns what tells the route of a URL; undefined where there is none */
export function appRoutes({ routes }: ServerBuild): (url: URL) => AppRoute | undefined {
  const all = Object.values(routes).filter((route) => route !== undefined);
  const children = all.filter(({ id }) => id !== "root");
  const objects = children.map(({ id, path, index }) =>
    index ? { id, index: true as const } : { id, path: path ?? "" },
  );
  const modules = new Map(all.map(({ id, module }) => [id, module]));
  return ({ pathname, searchParams }) => {
    const route = matchRoutes(objects, pathname)?.at(-1)?.route;
    const module = modules.get(route?.id ?? "");
    if (!route || !module) return undefined;
    // Without `?index` a form is one for the layout around the index route: https://remix.run/docs/en/main/guides/index-query-param
    const takesPosts = module.action !== undefined && (!route.index || searchParams.has("index"));
    const methods = [
      ...(module.loader || "default" in module ? ["GET", "HEAD"] : []),
      ...(takesPosts ? ["POST"] : []),
    ];
    return { pattern: `/${route.path ?? ""}`, methods };
  };
}
