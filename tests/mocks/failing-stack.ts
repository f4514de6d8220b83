import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { getResponse, type RequestHandler } from "msw";

/** Answers a request badly, or not at all. */
export type Failure = (request: IncomingMessage, response: ServerResponse) => void;

/** Ways for Stack to fail, on real connections. */
export const failures = {
  "takes two minutes for each call, or stops in the middle of an answer": (request, response) => {
    if (request.url?.endsWith("sign-up")) {
      response.writeHead(200, { "content-type": "application/json" }).write('{"access_token": "eyJ');
    } else {
      const timer = setTimeout(() => response.end("{}"), 120_000);
      response.on("close", () => clearTimeout(timer));
    }
  },
  "resets connections": (request) => void request.socket.resetAndDestroy(),
  "answers 429": (_, response) => void response.writeHead(429).end("Too many requests"),
  "answers 429 and says when to come back": (_, response) =>
    void response.writeHead(429, { "retry-after": "3600" }).end("Too many requests"),
  "answers 500": (_, response) => void response.writeHead(500).end("Internal server error"),
  "answers 429 under 200 and says when to come back": (_, response) =>
    void response
      .writeHead(200, { "x-stack-actual-status": "429", "retry-after": "3600" })
      .end("Too many requests"),
  "answers with an HTML page and 200": (_, response) => void htmlPage(response, 200),
  "answers with an HTML page and 502": (_, response) => void htmlPage(response, 502),
  "redirects every request": (_, response) => void response.writeHead(307, { location: "/elsewhere" }).end(),
} satisfies Record<string, Failure>;

/** Whether a change may have been made although Stack, or a proxy before it, failed like this. */
export function leavesUnknown(failure: string): boolean {
  return [
    "takes two minutes for each call, or stops in the middle of an answer",
    "resets connections",
    "answers with an HTML page and 200",
    "answers with an HTML page and 502",
  ].includes(failure);
}

/** A refusal as the API sends it to the SDK: status 200, with the real one in a header. */
export function knownError(code: string, status: number, details = {}): Failure {
  return (_, response) => {
    response.writeHead(200, { "x-stack-actual-status": String(status), "x-stack-known-error": code });
    response.end(JSON.stringify({ code, error: "No.", details }));
  };
}

interface FailingStack extends AsyncDisposable {
  /** For STACK_API_URL. */
  origin: string;
  /**
   * Lets requests fail until `recover`.
   * @param only those that contain or match this, such as `DELETE /api`
   */
  fail(failure: Failure, only?: string | RegExp): void;
  recover(): void;
  /** Every request, such as `POST /api/v1/auth/password/sign-in`. */
  requests: string[];
  /** How many requests are waiting for an answer. */
  waiting(): number;
  /** Refuses connections until `accept`. */
  refuse(): Promise<void>;
  accept(): Promise<void>;
}

/**
 * A Stack on its own port.
 * @param handlers the stand-in's, which answer on `answersAt`
 */
export async function startFailingStack(
  handlers: RequestHandler[],
  answersAt: string,
): Promise<FailingStack> {
  let waiting = 0;
  let failure: Failure | undefined;
  let failureOnlyOf: string | RegExp = "";
  const server = createServer((incoming, outgoing) => {
    const name = `${incoming.method} ${incoming.url}`;
    failing.requests.push(name);
    waiting++;
    outgoing.on("close", () => waiting--);
    const isMeant =
      typeof failureOnlyOf === "string" ? name.includes(failureOnlyOf) : failureOnlyOf.test(name);
    if (failure && isMeant) failure(incoming, outgoing);
    else respond(incoming, outgoing).catch((error) => outgoing.destroy(error));
  });
  const listen = async (port: number) => {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
  };
  const close = async () => {
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  };
  await listen(0);
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("A TCP server has a port");
  const failing: FailingStack = {
    origin: `http://127.0.0.1:${address.port}`,
    fail(next, only = "") {
      failure = next;
      failureOnlyOf = only;
    },
    recover() {
      failure = undefined;
    },
    requests: [],
    waiting: () => waiting,
    refuse: close,
    accept: () => listen(address.port),
    [Symbol.asyncDispose]: close,
  };
  return failing;

  async function respond(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { method = "GET", url, headers } = incoming;
    const body = await buffer(incoming);
    const request = new Request(answersAt + url, {
      method,
      headers: Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]),
      ...(body.length > 0 && { body }),
    });
    const answer = (await getResponse(handlers, request)) ?? new Response(null, { status: 404 });
    outgoing.writeHead(answer.status, Object.fromEntries(answer.headers));
    outgoing.end(await answer.text());
  }
}

function htmlPage(response: ServerResponse, status: number): void {
  response.writeHead(status, { "content-type": "text/html" }).end("<!doctype html><h1>Bad gateway</h1>");
}
