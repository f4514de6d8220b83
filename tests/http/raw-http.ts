import { connect } from "node:net";

/** An answer as it came over the wire. */
export interface RawAnswer {
  status: number;
  headers: Headers;
  body: string;
}

/**
 * Sends bytes that need not be HTTP, and waits until the server closes the connection.
 * @param drip sent every half second until there is an answer
 */
export function exchange(port: number, bytes: string, drip = ""): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
    const dripping = drip ? setInterval(() => socket.write(drip), 500) : undefined;
    socket.on("data", (chunk) => {
      text += chunk;
      clearInterval(dripping);
    });
    socket.on("error", reject);
    socket.on("close", () => {
      clearInterval(dripping);
      resolve(toAnswer(text));
    });
  });
}

function toAnswer(text: string): RawAnswer {
  const [head = "", ...rest] = text.split("\r\n\r\n");
  const [statusLine = "", ...lines] = head.split("\r\n");
  const headers = new Headers(
    lines.map((line): [string, string] => [line.split(":", 1)[0] ?? "", line.replace(/^[^:]*: ?/, "")]),
  );
  return { status: Number(statusLine.split(" ")[1]), headers, body: rest.join("\r\n\r\n") };
}
