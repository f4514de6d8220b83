import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";

/** A form whose head the server has read, and whose body it waits for. `/theme` asks no database. */
export async function formInFlight(port: number, origin: string) {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  const head = `POST /theme HTTP/1.1\r\nHost: localhost\r\nOrigin: ${origin}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 7\r\n\r\n`;
  await new Promise((written) => socket.write(head, written));
  // Asked last, so that the server has read the other.
  await fetch(`http://127.0.0.1:${port}/livez`).then((answer) => answer.text());
  return {
    /** Sends the rest. @returns the whole answer: 400, as there is no such theme */
    finish(): Promise<string> {
      socket.write("theme=x");
      return text(socket);
    },
  };
}
