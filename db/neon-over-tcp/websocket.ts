import type { Socket } from "node:net";
import type { WebSocketConstructor } from "@neondatabase/serverless";
import { ConnectionError, openSocket } from "./socket.ts";

/** WebSockets as far as the driver uses them, each a TCP connection. */
export function tcpWebSocket(connectionString: string, connectTimeoutMs: number): WebSocketConstructor {
  return class extends TcpWebSocket {
    constructor() {
      super(connectionString, connectTimeoutMs);
    }
  };
}

const connecting = 0;
const open = 1;
const closing = 2;
const closed = 3;

class TcpWebSocket extends EventTarget {
  binaryType = "arraybuffer";
  readyState = connecting;
  #socket: Socket | undefined;
  #unsent: Uint8Array[] = [];
  #closedEarly = new AbortController();

  constructor(connectionString: string, connectTimeoutMs: number) {
    super();
    const signal = AbortSignal.any([this.#closedEarly.signal, AbortSignal.timeout(connectTimeoutMs)]);
    openSocket(connectionString, signal).then(
      (socket) => this.#opened(socket),
      (error) => this.#failed(error),
    );
  }

  /** The driver passes on to its callers what it is given here: for `error` an Error, which says more than an Event. */
  override addEventListener(type: string, listener: (received: Event | Error) => void): void {
    super.addEventListener(type, (event) => listener(event instanceof Failure ? event.error : event));
  }

  send(data: Uint8Array): void {
    if (this.readyState === connecting) this.#unsent.push(data);
    else if (this.readyState === open) this.#socket?.write(data);
  }

  close(): void {
    if (this.readyState > open) return;
    this.readyState = closing;
    this.#closedEarly.abort();
    // Data already written still goes out, but a vanished server is not waited for.
    this.#socket?.destroySoon();
  }

  #opened(socket: Socket): void {
    this.#socket = socket;
    socket.on("data", (chunk) => this.dispatchEvent(new MessageEvent("message", { data: bytes(chunk) })));
    socket.on("error", (error) => this.#failed(new ConnectionError(error)));
    socket.on("close", () => this.#closed());
    this.readyState = open;
    for (const data of this.#unsent.splice(0)) socket.write(data);
    this.dispatchEvent(new Event("open"));
  }

  #failed(error: ConnectionError): void {
    this.dispatchEvent(new Failure(error));
    this.#closed();
  }

  #closed(): void {
    if (this.readyState === closed) return;
    this.readyState = closed;
    this.dispatchEvent(new Event("close"));
  }
}

class Failure extends Event {
  constructor(readonly error: ConnectionError) {
    super("error");
  }
}

function bytes({ buffer, byteOffset, byteLength }: Buffer): ArrayBufferLike {
  return buffer.slice(byteOffset, byteOffset + byteLength);
}
