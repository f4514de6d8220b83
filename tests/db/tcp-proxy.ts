import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A TCP proxy on loopback that fails as it is told. */
export interface TcpProxy {
  port: number;
  /** How many connections it carries, black-holed ones included. */
  connections(): number;
  /** How many connections came so far. */
  attempts(): number;
  /** Says nothing any more to those who are connected, or to those who come; nobody is told. */
  blackHole(): void;
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

  const server = createServer((client) => {
    attempts += 1;
    if (isHangingUp) return void client.destroy();
    clients.add(client);
    if (isBlackHole) silent.add(client);
    const target = connect(targetPort, "127.0.0.1");
    for (const [from, to] of [
      [client, target],
      [target, client],
    ] as const) {
      from.on("data", (chunk) => silent.has(client) || to.write(chunk));
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
    connections: () => clients.size,
    attempts: () => attempts,
    blackHole() {
      isBlackHole = true;
      for (const client of clients) silent.add(client);
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
