import type {
  ClientActionFunctionArgs,
  ClientLoaderFunctionArgs,
  ShouldRevalidateFunction,
} from "@remix-run/react";
import { neverReachedApp } from "#app/http/remix-data.ts";
import type { ActionAnswer } from "#app/routes/todos/changes/answer.ts";
import type { ListData } from "#app/routes/todos/list/list.server.ts";
import { siteUnreachable } from "#app/routes/todos/list/list-words.ts";

/** Without a connection the browser answers itself, so that what is on the page stays there. */
export async function clientLoader({ serverLoader }: ClientLoaderFunctionArgs): Promise<ListData> {
  try {
    return await serverLoader<ListData>();
  } catch (error) {
    if (!neverReachedApp(error)) throw error;
    return { view: "unavailable", status: 503, message: siteUnreachable, retryAfter: 5 };
  }
}

/** The same for a change. */
export async function clientAction(args: ClientActionFunctionArgs): Promise<ActionAnswer> {
  const typed = new URLSearchParams(await args.request.clone().text());
  try {
    return await args.serverAction<ActionAnswer>();
  } catch (error) {
    // A redirect is thrown, too.
    if (!(error instanceof Error)) throw error;
    const isUnreachable = neverReachedApp(error);
    const errors = {
      form: isUnreachable
        ? `${siteUnreachable} Check the connection, and try again.`
        : "Something went wrong. It is our fault, not yours.",
    };
    return {
      ok: false,
      ...(isUnreachable && { isUnreachable }),
      intent: typed.get("intent") ?? undefined,
      id: typed.get("id") ?? undefined,
      isTemporary: isUnreachable,
      errors,
      task: typed.get("task") ?? "",
      key: typed.get("key") ?? "",
    };
  }
}

/** Where nothing can be reached, the page on the screen is better than what could be read now. */
export const shouldRevalidate: ShouldRevalidateFunction = ({ actionResult, defaultShouldRevalidate }) =>
  actionResult?.isTemporary ? false : defaultShouldRevalidate;
