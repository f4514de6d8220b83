import { readFileSync } from "node:fs";
import { z } from "zod";
import { withInnerNames } from "./inner-names.ts";

const headersSchema = z.record(z.string(), z.string());

const exchangeSchema = z.object({
  section: z.string(),
  title: z.string(),
  request: z.object({
    method: z.string(),
    path: z.string(),
    headers: headersSchema,
    /** Text is sent as it is, null not at all. */
    body: z.json(),
  }),
  response: z.object({ status: z.number(), headers: headersSchema, body: z.json() }),
});

export type Json = z.infer<ReturnType<typeof z.json>>;

/** A request to the real API, and its answer. */
export type Exchange = z.infer<typeof exchangeSchema>;

const webhookSchema = z.object({ type: z.string(), data: z.json() });

/** The recorded exchanges in order, with the codes and texts that the recorder had replaced, and more names. */
export function recordedExchanges(): Exchange[] {
  return z.array(exchangeSchema).parse(read("exchanges.json")).map(restored);
}

/** What the recorded webhook of a type tells of the user. */
export function recordedWebhook(type: string): Json {
  const webhook = z
    .array(webhookSchema)
    .parse(read("webhooks.json"))
    .find((each) => each.type === type);
  if (!webhook) throw new Error(`No ${type} was recorded`);
  return webhook.data;
}

/** The project whose exchanges most are, and the one that requires verified e-mails, as the recording calls them. */
export const recordedProjects = ["<project_id>", "<verified_only_project_id>"] as const;
export type RecordedProject = (typeof recordedProjects)[number];

/** The project that a request is made to. */
export function projectOf({ request }: Exchange): RecordedProject {
  return JSON.stringify(request).includes("<verified_only_project_id>")
    ? "<verified_only_project_id>"
    : "<project_id>";
}

/** Section and title, which name an exchange. */
export function nameOf({ section, title }: Pick<Exchange, "section" | "title">): string {
  return `${section}: ${title}`;
}

function read(file: string): unknown {
  const text = readFileSync(new URL(`./stack-auth/${file}`, import.meta.url), "utf8");
  return JSON.parse(withInnerNames(text));
}

function restored(exchange: Exchange): Exchange {
  const { headers, body } = exchange.response;
  return { ...exchange, response: { ...exchange.response, body: restoredBody(body, headers) } };
}

function restoredBody(body: Json, headers: Record<string, string>) {
  const knownError = headers["x-stack-known-error"];
  if (typeof body === "string") {
    // The backend ran in development mode, which says it differently; the recorder noted what production says.
    return /\(production says: (.+)\)$/s.exec(body)?.[1] ?? body;
  }
  if (!knownError || body === null || typeof body !== "object" || Array.isArray(body)) return body;
  return /^<authorization_code:\d+>$/.test(String(body.code)) ? { ...body, code: knownError } : body;
}
