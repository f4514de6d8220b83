import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A TCP proxy on loopback that fails as it is told. */
export interface TcpProxy {
  port: number;
  /** How many connections it carries, black-holed ones included, until the client ends them. */
  connections(): number;
  /** How many connections came so far. */
  attempts(): number;
  /** Says nothing any more to those who are connected, or to those who come, not even good-bye; nobody is told. */
  blackHole(): void;
  /** Lets everything arrive so much later, in both directions. */
  slow(delayMs: number): void;
  /** Cuts the next connection on which the server answers, once: it has received what it was asked, and nobody knows. */
  cutNextAnswer(): void;
  /** Cuts the next connection on which the client sends this text, before it arrives. */
  cutAt(text: string): void;
  /** Cuts every connection, and new ones as soon as they are there. */
  hangUp(): void;
  /** Cuts every connection, and refuses new ones. */
  refuse(): Promise<void>;
  /** Carries what comes from now on. What was in the black hole is lost. */
  heal(): Promise<void>;
  close(): void;
}

/** Carries connections to a port of loopback. */
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
