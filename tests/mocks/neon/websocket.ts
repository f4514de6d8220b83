import { once } from "node:events";
import { type AddressInfo, Socket } from "node:net";
import pg from "pg";
import { type WebSocket, WebSocketServer } from "ws";
import { neon, onServer } from "./address.ts";
import { askForPassword, authenticationOk, fatalError, readGreeting } from "./postgres-messages.ts";

interface NeonWebSocket {
  /** Host, port and path, in the form of `neonConfig.wsProxy`. */
  address: string;
  /** Cuts every connection. */
  cut(): void;
  close(): void;
}

/**
 * Neon's `wss://…/v2` without TLS, on loopback: like Neon's proxy, it asks for the password in clear text, and then
 * passes on a session of a Postgres server with databases of the same names.
 * @param serverUrl any database of that server
 */
export async function startNeonWebSocket(serverUrl: string): Promise<NeonWebSocket> {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0, path: "/v2" });
  server.on("connection", (client) => serve(client, serverUrl));
  await once(server, "listening");
  const cut = () => {
    for (const client of server.clients) client.terminate();
  };
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}/v2`,
    cut,
    close() {
      cut();
      server.close();
    },
  };
}

function serve(client: WebSocket, serverUrl: string): void {
  let received = Buffer.alloc(0);
  client.once("message", () => client.send(askForPassword));
  client.on("message", async function collect(data: Buffer) {
    received = Buffer.concat([received, data]);
    const greeting = readGreeting(received);
    if (greeting === undefined) return;
    const { user, database = "", password, rest } = greeting;
    client.off("message", collect);
    client.pause();
    if (user !== neon.user || password !== neon.password) {
      client.send(fatalError("28P01", `password authentication failed for user '${user}'`));
      return client.close();
    }
    const { socket, welcome } = await openSession(onServer(serverUrl, database));
    client.on("message", (data: Buffer) => socket.write(data));
    client.on("close", () => socket.destroy());
    socket.on("data", (chunk) => client.send(chunk));
    socket.on("close", () => client.close());
    client.send(welcome);
    socket.write(rest);
    client.resume();
  });
}

/** A session authenticated by `pg`, and what the server sent after that. */
async function openSession(url: string): Promise<{ socket: Socket; welcome: Buffer }> {
  const socket = new Socket();
  const said: Buffer[] = [];
  socket.on("data", (chunk) => said.push(chunk));
  const session = new pg.Client({ connectionString: url, stream: () => socket });
  session.on("error", () => {});
  await session.connect();
  socket.removeAllListeners("data");
  const all = Buffer.concat(said);
  return { socket, welcome: all.subarray(all.indexOf(authenticationOk)) };
}
