import type { ServerBuild } from "@remix-run/node";
import { matchRoutes } from "@remix-run/react";
import { isForIndexRoute } from "#app/http/remix-data.ts";

interface AppRoute {
  /** As in routes.ts, such as `/auth/:provider`: unlike the path it holds nothing that a user typed. */
  pattern: string;
  methods: readonly string[];
}

/** @returns finds the route of a URL; undefined where there is none */
export function appRoutes({ routes }: ServerBuild): (url: URL) => AppRoute | undefined {
  const objects = Object.values(routes)
    .filter((route) => route !== undefined)
    .filter(({ id }) => id !== "root")
    .map(({ id, path = "", index }) => (index ? { id, index: true as const } : { id, path }));
  return ({ pathname, searchParams }) => {
    const route = matchRoutes(objects, pathname)?.at(-1)?.route;
    const module = routes[route?.id ?? ""]?.module;
    if (!route || !module) return undefined;
    const takesPosts = module.action !== undefined && (!route.index || isForIndexRoute(searchParams));
    const methods = [
      ...(module.loader || "default" in module ? ["GET", "HEAD"] : []),
      ...(takesPosts ? ["POST"] : []),
    ];
    return { pattern: `/${route.path ?? ""}`, methods };
  };
}
