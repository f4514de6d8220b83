import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { isLoopback } from "#app/platform/hosts.ts";

export type Answer = (request: Request) => Response | Promise<Response>;

/** An HTTP server on 127.0.0.1. */
export interface LoopbackServer extends AsyncDisposable {
  port: number;
  /** `http://127.0.0.1:<port>` */
  origin: string;
  /** Sets who answers from now on; until then it is 503. */
  answerWith(answer: Answer): void;
}

/**
 * Listens on loopback. What answers can be set later, since it may have to know the origin.
 * @param wishedPort another one is taken when a stranger has it, or when it is 0
 */
export async function openLoopbackServer(wishedPort: number): Promise<LoopbackServer> {
  let answer: Answer = () => new Response("Starting.\n", { status: 503 });
  const server = createServer((incoming, outgoing) => {
    respond(incoming, outgoing, origin, (request) => answer(request)).catch((error) => {
      console.error(error);
      if (outgoing.headersSent) outgoing.destroy();
      else outgoing.writeHead(500).end();
    });
  });
  server.listen(wishedPort, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch (error) {
    if (wishedPort === 0 || (error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
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
  // A web page elsewhere may point a host name of its own at 127.0.0.1 and so read what is here.
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
