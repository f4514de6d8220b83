import { Agent, request } from "node:http";
import { expect, test } from "vitest";
import { app } from "./app.ts";
import { exchange } from "./raw-http.ts";
import { expectSecurityHeaders } from "./security-headers.ts";

// What no browser would send over a connection.

const { port: portText, origin } = new URL(app.appUrl);
const port = Number(portText);
const get = (line: string, ...headers: string[]) => [line, ...headers, "", ""].join("\r\n");

const refused: [title: string, bytes: string, status: number][] = [
  ["no HTTP", "HELO example.com\r\n\r\n", 400],
  ["a request without a host", get("GET /livez HTTP/1.1", "Connection: close"), 400],
  ["a header that is none", get("GET /livez HTTP/1.1", "Host: localhost", "no header"), 400],
  [
    "a body of two lengths",
    get("POST /sign-in HTTP/1.1", "Host: localhost", "Content-Length: 3", "Transfer-Encoding: chunked"),
    400,
  ],
  [
    "headers of 17 KiB",
    get("GET /livez HTTP/1.1", "Host: localhost", `Cookie: ${"x".repeat(17 * 1024)}`),
    431,
  ],
  ["an address of 17 KiB", get(`GET /?q=${"x".repeat(17 * 1024)} HTTP/1.1`, "Host: localhost"), 431],
  ["a request for a tunnel", get("CONNECT example.com:443 HTTP/1.1", "Host: example.com:443"), 405],
];
for (const [title, bytes, status] of refused) {
  test(`${title} gets ${status} with the headers of every answer, and the connection closes`, async () => {
    const answer = await exchange(port, bytes);
    expect(answer.status).toBe(status);
    expectSecurityHeaders(answer.headers, title);
    expect(answer.headers.get("Cache-Control")).toBe("no-store");
    expect(answer.body).not.toBe("");
  });
}

test("an unknown Expect header is not refused", async () => {
  const answer = await exchange(
    port,
    get("GET /livez HTTP/1.1", "Host: localhost", "Expect: wonders", "Connection: close"),
  );
  expect([answer.status, answer.body]).toEqual([200, expect.stringContaining("ok\n")]);
});

test("headers that take longer than 10 s, and bodies that take longer than 30 s, get 408", async () => {
  const headers = exchange(port, "GET /livez HTTP/1.1\r\nHost: localhost\r\n", "X: y\r\n");
  const post = [
    "POST /sign-in HTTP/1.1",
    "Host: localhost",
    `Origin: ${origin}`,
    "Content-Type: application/x-www-form-urlencoded",
    "Content-Length: 60000",
  ];
  const body = exchange(port, get(post[0] ?? "", ...post.slice(1)), "x");
  for (const answer of await Promise.all([headers, body])) {
    expect([answer.status, answer.headers.get("Connection")]).toEqual([408, "close"]);
    expectSecurityHeaders(answer.headers, "408");
  }
});

test("a connection outlives the 60 s after which proxies close theirs, and serves one request after another", async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = () =>
    new Promise<{ keepAlive: unknown; isReused: boolean }>((resolve, reject) => {
      const sent = request({ port, path: "/livez", agent }, (answer) => {
        answer
          .resume()
          .on("end", () => resolve({ keepAlive: answer.headers["keep-alive"], isReused: sent.reusedSocket }));
      });
      sent.on("error", reject).end();
    });
  expect([await ask(), await ask()]).toEqual([
    { keepAlive: "timeout=75", isReused: false },
    { keepAlive: "timeout=75", isReused: true },
  ]);
  agent.destroy();
});
