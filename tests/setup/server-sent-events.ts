/** A block of an event stream by field name; a comment's name is empty. */
export type Block = Partial<Record<"event" | "data" | "id" | "retry" | "", string>>;

/**
 * Reads an event stream to its end.
 * @throws what breaks the stream
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */
export async function* blocksOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Block> {
  const decoder = new TextDecoder();
  let text = "";
  const reader = body.getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    text += decoder.decode(read.value, { stream: true });
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) yield Object.fromEntries(block.split("\n").map(fieldOf));
  }
  if (text !== "") throw new Error(`The stream ends within an event: ${text.slice(0, 100)}`);
}

function fieldOf(line: string): [string, string] {
  const [, name = "", value = ""] = line.match(/^([^:]*):? ?(.*)$/s) ?? [];
  return [name, value];
}
