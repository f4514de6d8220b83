import { type Server, type ServerResponse, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { log } from "#app/platform/log.server.ts";
import { newReference } from "#app/platform/reference.server.ts";
import { securityHeaders } from "./security-headers.server.ts";

/** By the error codes of Node's parser and timeouts; all others mean invalid HTTP. */
const statusByCode: Record<string, number> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/** Answers what never becomes a request: invalid, too large or too slow. Node's own answers lack our headers. */
export function answerClientErrors(server: Server): void {
  const answers = new WeakMap<Duplex, ServerResponse>();
  server.on("request", ({ socket }, response) => answers.set(socket, response));
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    const answer = answers.get(socket);
    // A second answer would corrupt the one that is being sent.
    const isAnswering = answer?.headersSent && !answer.writableFinished;
    if (!socket.writable || error.code === "ECONNRESET" || isAnswering) socket.destroy();
    else refuseRaw(socket, statusByCode[error.code ?? ""] ?? 400);
  });
  server.on("connect", (_, socket) => refuseRaw(socket, 405));
}

function refuseRaw(socket: Duplex, status: number): void {
  const reference = newReference();
  const words = `${STATUS_CODES[status]}\n`;
  const headers = {
    ...securityHeaders(),
    "Cache-Control": "no-store",
    Connection: "close",
    "Content-Length": words.length,
    "Content-Type": "text/plain; charset=utf-8",
    ...(status === 405 && { Allow: "GET, HEAD, POST" }),
    "X-Request-Id": reference,
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  log.info({ event: "unreadable request", reference, status }, `Not a request, answered with ${status}`);
  socket.end([`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, "", words].join("\r\n"));
}
