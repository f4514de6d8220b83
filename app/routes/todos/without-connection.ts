import type {
  ClientActionFunctionArgs,
  ClientLoaderFunctionArgs,
  ShouldRevalidateFunction,
} from "@remix-run/react";
import { neverReachedApp } from "#app/http/remix-data.ts";
import { type ActionAnswer, beganIn, outboxUserField, typedIn } from "./changes/answer.ts";
import { stream } from "./live/stream.ts";
import { siteUnreachable } from "./outbox/words.ts";
import type { PageData } from "./page-data.server.ts";

/** Without a connection the browser answers itself, so that the page stays. */
export async function clientLoader({ serverLoader }: ClientLoaderFunctionArgs): Promise<PageData> {
  try {
    return await serverLoader<PageData>();
  } catch (error) {
    if (!neverReachedApp(error)) throw error;
    return { view: "unavailable", status: 503, message: siteUnreachable, retryAfter: 5 };
  }
}

export async function clientAction(args: ClientActionFunctionArgs): Promise<ActionAnswer> {
  const form = new URLSearchParams(await args.request.clone().text());
  try {
    return await args.serverAction<ActionAnswer>();
  } catch (error) {
    // Remix throws redirects, too.
    if (!(error instanceof Error)) throw error;
    const isUnreachable = neverReachedApp(error);
    return {
      ok: false,
      ...(isUnreachable && { isUnreachable }),
      intent: form.get("intent") ?? undefined,
      id: form.get("id") ?? undefined,
      isTemporary: isUnreachable,
      errors: {
        form: isUnreachable
          ? `${siteUnreachable} Check your connection and try again.`
          : "Something went wrong on our side. Try again.",
      },
      typed: typedIn(form),
      was: beganIn(form),
      key: form.get("key") ?? "",
    };
  }
}

/**
 * Not after a temporary failure, which would only lose the page, nor when the stream brings the result of a tick. The
 * outbox forgets a tick with its answer, so it needs the list then.
 */
export const shouldRevalidate: ShouldRevalidateFunction = ({
  actionResult,
  formData,
  defaultShouldRevalidate,
}) => {
  if (actionResult?.isTemporary) return false;
  const isOnlineTick = formData?.get("intent") === "toggle" && !formData.has(outboxUserField);
  if (actionResult?.ok && isOnlineTick && stream.isHeard) return false;
  return defaultShouldRevalidate;
};
