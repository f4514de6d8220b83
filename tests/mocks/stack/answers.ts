import { randomBytes } from "node:crypto";
import { KnownError, StatusError } from "./known-errors.ts";

export function json(body: unknown, { status = 200, headers = {} as Record<string, string> } = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json; charset=utf-8", ...headers },
  });
}

export function success(): Response {
  return json({ success: true });
}

export function plainText(status: number, text: string): Response {
  return new Response(text, { status, headers: { "content-type": "text/plain; charset=utf-8" } });
}

/** @throws every error that is not a refusal by the API */
export function refusal(error: unknown): Response {
  if (error instanceof StatusError) return plainText(error.status, error.message);
  if (!(error instanceof KnownError)) throw error;
  const { code, message, details, status } = error;
  return json({ code, details, error: message }, { status, headers: { "x-stack-known-error": code } });
}

/** Adds the headers of every answer, and turns a 4xx into a 200 for callers that ask for it. */
export function finished(request: Request, response: Response): Response {
  const headers = new Headers(response.headers);
  headers.set("access-control-allow-origin", "*");
  headers.set("x-stack-request-id", randomBytes(32).toString("base64url"));
  if (!headers.has("cache-control")) headers.set("cache-control", "no-store, max-age=0");

  const isRefusal = response.status >= 400 && response.status < 500;
  if (!isRefusal || !request.headers.has("x-stack-override-error-status")) {
    return new Response(response.body, { status: response.status, headers });
  }
  headers.set("x-stack-actual-status", String(response.status));
  return new Response(response.body, { status: 200, headers });
}
