import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse, request as send } from "node:http";

/** A browser's request, and its answer. */
export interface Exchange {
  /** For https only `https://host:port` is visible. */
  url: URL;
  referer: string | undefined;
  /** The cookies that the answer set. */
  setCookies: string[];
  /** Where the answer redirected. */
  location: URL | undefined;
  contentType: string;
  /** What has arrived so far: a stream of events does not end. */
  body: () => string;
}

export interface RecordingProxy extends AsyncDisposable {
  /** For the `proxy` of a browser's context. Without the bypass a browser connects to this machine directly. */
  options: { server: string; bypass: string };
  exchanges: Exchange[];
}

/**
 * A proxy on loopback that records everything a browser sends and gets, including what its debugger does not report:
 * a site's icon, the bodies of pages that it has left, and what pages send while being left.
 */
export async function startRecordingProxy(): Promise<RecordingProxy> {
  const exchanges: Exchange[] = [];
  const server = createServer((incoming, outgoing) => pass(incoming, outgoing, exchanges));
  server.on("connect", (incoming, socket) => {
    exchanges.push(unanswered(new URL(`https://${incoming.url}`)));
    socket.destroy();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("A TCP server has no port");
  return {
    options: { server: `http://127.0.0.1:${address.port}`, bypass: "<-loopback>" },
    exchanges,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

function pass(incoming: IncomingMessage, outgoing: ServerResponse, exchanges: Exchange[]): void {
  const exchange = unanswered(new URL(incoming.url ?? ""), incoming.headers.referer);
  exchanges.push(exchange);
  // A compressed body could not be searched.
  const headers = { ...incoming.headers, "accept-encoding": "identity" };
  const request = send(exchange.url, { method: incoming.method ?? "GET", headers }, (answer) => {
    const { location } = answer.headers;
    const chunks: Buffer[] = [];
    answer.on("data", (chunk) => chunks.push(chunk));
    exchange.body = () => Buffer.concat(chunks).toString();
    exchange.setCookies = answer.headers["set-cookie"] ?? [];
    exchange.location = location === undefined ? undefined : new URL(location, exchange.url);
    exchange.contentType = answer.headers["content-type"] ?? "";
    outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    answer.pipe(outgoing).on("close", () => answer.destroy());
    answer.on("error", () => outgoing.destroy());
  });
  request.on("error", () => outgoing.destroy());
  outgoing.on("close", () => request.destroy());
  incoming.pipe(request);
}

/** A request without an answer. */
export function unanswered(url: URL, referer?: string): Exchange {
  return { url, referer, setCookies: [], location: undefined, contentType: "", body: () => "" };
}
