// https://html.spec.whatwg.org/multipage/server-sent-events.html

const encoder = new TextEncoder();

/** @returns makes an event into bytes. A browser sends its last `id` along when it reconnects. */
export function eventMaker<Events>() {
  return <Name extends keyof Events & string>(name: Name, data: Events[Name], id?: string): Uint8Array => {
    const lines = [`event: ${name}`, ...(id ? [`id: ${id}`] : []), `data: ${JSON.stringify(data)}`];
    return encoder.encode(`${lines.join("\n")}\n\n`);
  };
}

/** Browsers whose streams broke reconnect soon, but not all at once. */
const retryMs = () => 500 + Math.floor(Math.random() * 2_500);

/** Half a minute of changes at their fastest. A browser that has not taken them by then does not read. */
const mostUntakenBytes = 2 * 1024 * 1024;

/**
 * @param request both its signal and cancelling the stream tell that the browser is gone: not every server does both
 * @param onGone called once, however it ended
 */
export function openEventStream(request: Request, headers: Headers, onGone: () => void) {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const gone = () => {
    if (!controller) return;
    controller = undefined;
    // Without a reference to the request, it and its signal may be collected, and then nothing tells of the abort.
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
  // A proxy that compresses also collects events.
  headers.set("Cache-Control", "no-store, no-transform");
  // nginx would collect events until they fill a buffer.
  headers.set("X-Accel-Buffering", "no");
  return {
    /** Sends bytes that `eventMaker` made. Drops a browser that does not read. */
    send(event: Uint8Array): void {
      if (!controller) return;
      const { desiredSize } = controller;
      if (desiredSize !== null && desiredSize < -mostUntakenBytes) {
        controller.error(new Error("A page does not read its stream"));
        gone();
      } else {
        controller.enqueue(event);
      }
    },
    end(): void {
      controller?.close();
      gone();
    },
    response: new Response(body, { headers }),
  };
}
