import { app, someAddress } from "../app.ts";
import type { Person } from "../people.ts";

const urlencoded = "Content-Type: application/x-www-form-urlencoded";

const host = `Host: ${new URL(app.appUrl).host}`;

/** A valid request, to prove that the server answers at all. */
export const rightBytes = `GET / HTTP/1.1\r\n${host}\r\nConnection: close\r\n\r\n`;

/**
 * Invalid or ambiguous requests. The server's parser answers 400, 413, 417, or 431, or cuts the connection. A request
 * that looks like a whole form would delete a todo.
 */
export function badBytes({ cookie, todoId }: Person): [badness: string, bytes: string | Buffer][] {
  const deletion = `intent=delete&id=${todoId}`;
  const form = (headers: string[], body: string) =>
    [
      "POST /?index HTTP/1.1",
      host,
      "Connection: close",
      `Origin: ${app.appUrl}`,
      `Cookie: ${cookie}`,
      `X-Forwarded-For: ${someAddress()}`,
      urlencoded,
      ...headers,
      "",
      body,
    ].join("\r\n");
  const page = (...headers: string[]) =>
    ["GET / HTTP/1.1", "Connection: close", ...headers, "", ""].join("\r\n");
  const { length } = deletion;
  const chunked = `${length.toString(16)}\r\n${deletion}\r\n0\r\n\r\n`;
  return [
    ["nothing", ""],
    ["garbage", "\x00\x01\x02garbage\r\n\r\n"],
    ["TLS", Buffer.from("16030100a5010000a10303", "hex")],
    ["HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
    ["an unknown version", `GET / HTTP/9.9\r\n${host}\r\n\r\n`],
    ["a method in small letters", `get / HTTP/1.1\r\n${host}\r\n\r\n`],
    ["no host", page()],
    ["another site's address", `GET http://evil.example/ HTTP/1.1\r\n${host}\r\nConnection: close\r\n\r\n`],
    ["an asterisk", `OPTIONS * HTTP/1.1\r\n${host}\r\nConnection: close\r\n\r\n`],
    ["a tunnel", `CONNECT evil.example:443 HTTP/1.1\r\n${host}\r\n\r\n`],
    ["a path with a space", `GET /a b HTTP/1.1\r\n${host}\r\n\r\n`],
    ["a path with NUL", `GET /a\0b HTTP/1.1\r\n${host}\r\n\r\n`],
    ["a header without a colon", page(host, "nothing")],
    ["a header with NUL", page(host, "X-A: a\0b")],
    ["a header on two lines", page(host, "X-A: a\r\n b\0")],
    ["a space before the colon", page(host, "X-A : b")],
    ["16 KiB of headers", page(host, `X-A: ${"x".repeat(20_000)}`)],
    ["a long path", `GET /${"a".repeat(20_000)} HTTP/1.1\r\n${host}\r\n\r\n`],
    ["a negative length", form(["Content-Length: -1"], deletion)],
    ["a length that is not a number", form([`Content-Length: ${length}x`], deletion)],
    ["a length with a sign", form([`Content-Length: +${length}`], deletion)],
    ["two lengths", form([`Content-Length: ${length}`, "Content-Length: 1"], deletion)],
    ["a length longer than the body", form([`Content-Length: ${length + 1}`], deletion)],
    ["a huge length", form(["Content-Length: 99999999999999999999"], deletion)],
    ["a length and chunks", form([`Content-Length: ${length}`, "Transfer-Encoding: chunked"], chunked)],
    ["an unknown encoding", form(["Transfer-Encoding: xchunked"], chunked)],
    ["chunks within chunks", form(["Transfer-Encoding: chunked, chunked, x"], chunked)],
    ["a chunk without a length", form(["Transfer-Encoding: chunked"], `z\r\n${deletion}\r\n0\r\n\r\n`)],
    ["a negative chunk", form(["Transfer-Encoding: chunked"], `-1\r\n${deletion}\r\n0\r\n\r\n`)],
    ["a chunk that is longer", form(["Transfer-Encoding: chunked"], `fff\r\n${deletion}\r\n0\r\n\r\n`)],
    ["chunks without an end", form(["Transfer-Encoding: chunked"], chunked.slice(0, -5))],
  ];
}
