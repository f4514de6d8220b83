// What goes over the wire to an open page: https://html.spec.whatwg.org/multipage/server-sent-events.html

const encoder = new TextEncoder();

/** An event as bytes. The browser sends its `id` along when it comes back after a break. */
export function toEvent(name: string, data: unknown, id?: string): Uint8Array {
  const lines = [`event: ${name}`, ...(id ? [`id: ${id}`] : []), `data: ${JSON.stringify(data)}`];
  return encoder.encode(`${lines.join("\n")}\n\n`);
}

/** A browser whose stream broke comes back soon, and not all of them at once. */
const retryMs = () => 500 + Math.floor(Math.random() * 2_500);

/** Half a minute of changes at their fastest. Who has not taken so much does not read. */
const mostUntakenBytes = 2 * 1024 * 1024;

export interface EventStream {
  /** Sends bytes that `toEvent` made. Who does not take what he is sent is dropped. */
  send(event: Uint8Array): void;
  /** Ends the stream, so that the browser sees it end rather than break. */
  end(): void;
  response: Response;
}

/**
 * Opens a stream of events as an answer.
 * @param request its signal and the stream's own cancelling both tell that the browser is gone: not every server
 * heeds both
 * @param onGone called once, whoever ended it
 */
export function openEventStream(request: Request, headers: Headers, onGone: () => void): EventStream {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const gone = () => {
    if (!controller) return;
    controller = undefined;
    request.signal.removeEventListener("abort", gone);
    onGone();
  };
  const body = new ReadableStream<Uint8Array>(
    {
      start(opened) {
        controller = opened;
      },
      cancel: gone,
    },
    new ByteLengthQueuingStrategy({ highWaterMark: 16 * 1024 }),
  );
  request.signal.addEventListener("abort", gone);
  controller?.enqueue(encoder.encode(`retry: ${retryMs()}\n\n`));

  headers.set("Content-Type", "text/event-stream; charset=utf-8");
  // Nobody in between may compress it, which collects events as well.
  headers.set("Cache-Control", "no-store, no-transform");
  // nginx would collect events until they fill a buffer.
  headers.set("X-Accel-Buffering", "no");
  return {
    send(event) {
      if (!controller) return;
      const { desiredSize } = controller;
      if (desiredSize !== null && desiredSize < -mostUntakenBytes) {
        controller.error(new Error("A page does not take what it is sent"));
        gone();
      } else {
        controller.enqueue(event);
      }
    },
    end() {
      controller?.close();
      gone();
    },
    response: new Response(body, { headers }),
  };
}
