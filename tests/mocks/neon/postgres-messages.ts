// The messages of Postgres's protocol that Neon's proxy handles itself:
// https://www.postgresql.org/docs/current/protocol-message-formats.html

export const askForPassword = Buffer.from("R\0\0\0\x08\0\0\0\x03", "latin1");
export const authenticationOk = Buffer.from("R\0\0\0\x08\0\0\0\0", "latin1");

/** An ErrorResponse that ends the session. */
export function fatalError(code: string, message: string): Buffer {
  const fields = Buffer.from(`SFATAL\0C${code}\0M${message}\0\0`);
  const head = Buffer.from("E\0\0\0\0", "latin1");
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}

interface Greeting {
  user: string | undefined;
  database: string | undefined;
  password: string;
  /** What the client sent after the password without waiting for an answer. */
  rest: Buffer;
}

/** A client's StartupMessage and PasswordMessage; undefined while they are incomplete. */
export function readGreeting(received: Buffer): Greeting | undefined {
  const startupEnd = lengthAt(received, 0);
  const end = startupEnd + 1 + lengthAt(received, startupEnd + 1);
  if (!(received.length >= end)) return undefined;
  const pairs = received.toString("utf8", 8, startupEnd).split("\0");
  const parameter = (name: string) => {
    const index = pairs.findIndex((each, index) => each === name && index % 2 === 0);
    return index < 0 ? undefined : pairs[index + 1];
  };
  return {
    user: parameter("user"),
    database: parameter("database"),
    password: received.toString("utf8", startupEnd + 5, end - 1),
    rest: received.subarray(end),
  };
}

/** The length of the message at an offset; infinity until it arrives. */
function lengthAt(received: Buffer, offset: number): number {
  return received.length < offset + 4 ? Number.POSITIVE_INFINITY : received.readInt32BE(offset);
}
