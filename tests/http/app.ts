import { once } from "node:events";
import http, { type IncomingHttpHeaders } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { inject } from "vitest";
import { z } from "zod";

export const app = inject("app");

const { hostname, port } = new URL(app.appUrl);
const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });
let sent = 0;

export interface Sent {
  method?: string;
  path: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
  cookie?: string;
  /** Sends no Origin, as if it came from another site. */
  isForeign?: true;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

export function requestsSent(): number {
  return sent;
}

/** A new address, so that no limit per address is reached. */
export function someAddress(): string {
  return Array.from({ length: 4 }, () => 1 + Math.floor(Math.random() * 250)).join(".");
}

/**
 * Sends a request as it is. By default a form comes from a page of the site. Of a live page's stream, reads only the
 * beginning.
 */
export async function send({
  method = "GET",
  path,
  headers = {},
  body,
  cookie,
  isForeign,
}: Sent): Promise<Answer> {
  sent++;
  const request = http.request({
    agent,
    host: hostname,
    port,
    method,
    path,
    headers: {
      "X-Forwarded-For": someAddress(),
      ...(method === "POST" && !isForeign && { Origin: app.appUrl }),
      ...(body !== undefined && { "Content-Type": "application/x-www-form-urlencoded" }),
      ...(cookie && { Cookie: cookie }),
      ...headers,
    },
  });
  request.end(body);
  const [response] = await once(request, "response");
  const isStream = response.headers["content-type"]?.startsWith("text/event-stream");
  if (isStream) response.destroy();
  return {
    status: response.statusCode,
    headers: response.headers,
    body: isStream ? "" : await text(response),
  };
}

/**
 * Writes bytes to a new connection, and reads to its end.
 * @returns everything that came back; "" if the connection was cut
 */
export async function sendBytes(bytes: string | Buffer): Promise<string> {
  sent++;
  const socket = connect(Number(port), "127.0.0.1");
  const chunks: Buffer[] = [];
  socket.on("data", (chunk) => chunks.push(chunk));
  socket.on("error", () => {});
  socket.end(bytes);
  await once(socket, "close");
  return Buffer.concat(chunks).toString("latin1");
}

const heapSchema = z.object({ pid: z.number(), bytes: z.number() });

/** The heap of the app's process after garbage collection, in bytes, and which process it is. */
export async function heap(): Promise<z.infer<typeof heapSchema>> {
  const request = http.get({ socketPath: app.heapSocket, agent: false });
  const [response] = await once(request, "response");
  return heapSchema.parse(JSON.parse(await text(response)));
}

/** Closes idle connections. */
export function hangUp(): void {
  agent.destroy();
}

/** Runs the work for each item, eight at a time. */
export async function forEach<Item>(items: Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const left = [...items];
  const worker = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}
