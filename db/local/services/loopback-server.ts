import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { isLoopback } from "#app/platform/hosts.ts";

export type Answer = (request: Request) => Response | Promise<Response>;

export interface LoopbackServer extends AsyncDisposable {
  port: number;
  /** `http://127.0.0.1:<port>` */
  origin: string;
  /** Not an argument, as it may need the origin. Until the first call, the answer is 503. */
  answerWith(answer: Answer): void;
}

/** @param preferredPort a free one is used when it is taken or 0 */
export async function openLoopbackServer(preferredPort: number): Promise<LoopbackServer> {
  let answer: Answer = () => new Response("Starting.\n", { status: 503 });
  const server = createServer((incoming, outgoing) => {
    respond(incoming, outgoing, origin, (request) => answer(request)).catch((error) => {
      console.error(error);
      if (outgoing.headersSent) outgoing.destroy();
      else outgoing.writeHead(500).end();
    });
  });
  server.listen(preferredPort, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch (error) {
    if (preferredPort === 0 || (error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    return openLoopbackServer(0);
  }
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("A TCP server has no port");
  const origin = `http://127.0.0.1:${address.port}`;

  return {
    port: address.port,
    origin,
    answerWith(next) {
      answer = next;
    },
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

async function respond(incoming: IncomingMessage, outgoing: ServerResponse, origin: string, answer: Answer) {
  const { method = "GET", url = "/", headers } = incoming;
  // A website may point its own host name at 127.0.0.1 to read what is here (DNS rebinding).
  const site = `http://${headers.host}`;
  if (!URL.canParse(site) || !isLoopback(site)) {
    outgoing.writeHead(421).end();
    return;
  }
  const request = new Request(new URL(url, origin), {
    method,
    headers: Object.entries(headers).flatMap(([name, values]): [string, string][] =>
      [values ?? []].flat().map((value) => [name, value]),
    ),
    ...(method !== "GET" && method !== "HEAD" && { body: await buffer(incoming) }),
  });
  const response = await answer(request);
  outgoing.statusCode = response.status;
  outgoing.setHeaders(response.headers);
  outgoing.end(Buffer.from(await response.arrayBuffer()));
}
