import type { ServerBuild } from "@remix-run/node";
import { matchRoutes } from "@remix-run/react";
import { isForIndexRoute } from "#app/http/remix-data.ts";

/** The route of a URL. */
export interface AppRoute {
  /** As in routes.ts, such as `/auth/:provider`: unlike the path it holds nothing that a user typed. */
  pattern: string;
  /** The methods that it accepts. */
  methods: readonly string[];
}

/** @returns finds the route of a URL; undefined where there is none */
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
    const takesPosts = module.action !== undefined && (!route.index || isForIndexRoute(searchParams));
    const methods = [
      ...(module.loader || "default" in module ? ["GET", "HEAD"] : []),
      ...(takesPosts ? ["POST"] : []),
    ];
    return { pattern: `/${route.path ?? ""}`, methods };
  };
}
