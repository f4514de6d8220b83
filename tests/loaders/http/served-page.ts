import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { ServerBuild } from "@remix-run/node";
import { http, passthrough } from "msw";
import { onTestFinished } from "vitest";
import * as entry from "#app/entry.server.tsx";
import * as root from "#app/root.tsx";
import { requestHandler } from "#app/server/request-handler.server.ts";
import { stack } from "#tests/setup/stack.ts";

/** Serves a module at `/page` as the production server would, until the end of the test. @returns the origin */
export async function servePage(page: object): Promise<string> {
  const server = createServer(requestHandler(buildOf(page)));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  stack.use(http.all(`${origin}/*`, () => passthrough()));
  return origin;
}

function buildOf(page: object): ServerBuild {
  const routes = {
    root: { id: "root", path: "", module: root },
    page: { id: "page", path: "page", parentId: "root", module: page },
  };
  const manifest = ({ module, ...route }: { id: string; module: object }) => [
    route.id,
    { ...route, hasLoader: "loader" in module, hasErrorBoundary: "ErrorBoundary" in module, module: "" },
  ];
  const build = {
    assets: {
      entry: { imports: [], module: "" },
      routes: Object.fromEntries(Object.values(routes).map(manifest)),
      url: "",
      version: "",
    },
    assetsBuildDirectory: "public",
    basename: "/",
    entry: { module: entry },
    future: {},
    isSpaMode: false,
    publicPath: "/",
    routes,
  };
  return build as unknown as ServerBuild;
}
