import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A TCP proxy on loopback that fails on demand. */
export interface TcpProxy {
  port: number;
  /** Open connections, including silent ones until the client ends them. */
  connections(): number;
  /** Connections so far. */
  attempts(): number;
  /** Passes nothing on any more, on old and new connections, not even their end. */
  blackHole(): void;
  /** Delays everything, in both directions. */
  slow(delayMs: number): void;
  /** Cuts the next connection on which the server answers: it received the query, but the client cannot know. */
  cutNextAnswer(): void;
  /** Cuts the next connection on which the client sends this text, before it arrives. */
  cutAt(text: string): void;
  /** Cuts every connection, and new ones as soon as they open. */
  hangUp(): void;
  /** Cuts every connection, and refuses new ones. */
  refuse(): Promise<void>;
  /** Works again. What was sent while it passed nothing on is lost. */
  heal(): Promise<void>;
  close(): void;
}

export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const clients = new Set<Socket>();
  const silent = new WeakSet<Socket>();
  let attempts = 0;
  let isBlackHole = false;
  let isHangingUp = false;
  let mustCutAnswer = false;
  let cutText: string | undefined;
  let delayMs = 0;

  function pass(client: Socket, to: Socket, chunk: Buffer): void {
    if (silent.has(client)) return;
    if (mustCutAnswer && to === client) {
      mustCutAnswer = false;
      client.destroy();
    } else if (cutText !== undefined && to !== client && chunk.includes(cutText)) {
      cutText = undefined;
      client.destroy();
    } else if (delayMs > 0) {
      setTimeout(() => to.writable && to.write(chunk), delayMs);
    } else {
      to.write(chunk);
    }
  }

  const server = createServer({ allowHalfOpen: true }, (client) => {
    attempts += 1;
    if (isHangingUp) return void client.destroy();
    clients.add(client);
    if (isBlackHole) silent.add(client);
    const target = connect({ port: targetPort, host: "127.0.0.1", allowHalfOpen: true });
    for (const [from, to] of [
      [client, target],
      [target, client],
    ] as const) {
      from.on("data", (chunk) => pass(client, to, chunk));
      from.on("end", () => silent.has(client) || to.end());
      from.on("error", () => {});
      from.on("close", () => {
        clients.delete(client);
        if (from === client || !silent.has(client)) to.destroy();
      });
    }
  });
  const listen = async (port: number) => once(server.listen(port, "127.0.0.1"), "listening");
  const cut = () => {
    for (const client of clients) client.destroy();
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;

  return {
    port,
    connections: () => [...clients].filter((client) => !client.readableEnded).length,
    attempts: () => attempts,
    blackHole() {
      isBlackHole = true;
      for (const client of clients) silent.add(client);
    },
    slow(ms) {
      delayMs = ms;
    },
    cutNextAnswer() {
      mustCutAnswer = true;
    },
    cutAt(text) {
      cutText = text;
    },
    hangUp() {
      isHangingUp = true;
      cut();
    },
    async refuse() {
      const closed = once(server, "close");
      server.close();
      cut();
      await closed;
    },
    async heal() {
      isBlackHole = false;
      isHangingUp = false;
      mustCutAnswer = false;
      delayMs = 0;
      if (!server.listening) await listen(port);
    },
    close() {
      cut();
      server.close();
    },
  };
}

/** The same database by way of a proxy. */
export function by(proxy: TcpProxy, url: string): string {
  const proxied = new URL(url);
  proxied.port = String(proxy.port);
  return proxied.href;
}
