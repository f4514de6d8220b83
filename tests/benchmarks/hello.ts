import { createServer } from "node:http";
import { PassThrough, Readable } from "node:stream";
import { createReadableStreamFromReadable, createRequestHandler, type ServerBuild } from "@remix-run/node";
import { RemixServer } from "@remix-run/react";
import { createElement } from "react";
import { renderToPipeableStream } from "react-dom/server";

// The least that a Remix page costs: one route, no loader, no script. It prints its port.

const build: ServerBuild = {
  entry: {
    module: {
      default: (request, status, headers, context) =>
        new Promise((resolve) => {
          headers.set("Content-Type", "text/html");
          const { pipe } = renderToPipeableStream(createElement(RemixServer, { context, url: request.url }), {
            onShellReady() {
              const body = new PassThrough();
              resolve(new Response(createReadableStreamFromReadable(body), { headers, status }));
              pipe(body);
            },
          });
        }),
    },
  },
  routes: {
    root: {
      id: "root",
      path: "",
      module: {
        default: () => createElement("html", { lang: "en" }, createElement("body", null, "Hello")),
      },
    },
  },
  assets: {
    entry: { imports: [], module: "" },
    routes: {
      root: { id: "root", path: "", module: "", hasAction: false, hasLoader: false, hasErrorBoundary: false },
    } as unknown as ServerBuild["assets"]["routes"],
    url: "",
    version: "1",
  },
  publicPath: "/",
  assetsBuildDirectory: "",
  future: {} as ServerBuild["future"],
  isSpaMode: false,
  mode: "production",
};

const render = createRequestHandler(build, "production");
const server = createServer(async (request, response) => {
  const page = await render(new Request(`http://localhost${request.url}`));
  response.writeHead(page.status, Object.fromEntries(page.headers));
  if (page.body) Readable.fromWeb(page.body as never).pipe(response);
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (address && typeof address === "object") console.log(address.port);
});
