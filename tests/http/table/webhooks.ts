import { Webhook } from "standardwebhooks";
import { app } from "../app.ts";
import type { Case } from "../hostile-requests.ts";

const payloads: [badness: string, body: string, expected: number][] = [
  ["no JSON", "{", 400],
  ["nothing", "", 400],
  ["null", "null", 400],
  ["a list", "[]", 400],
  ["no type", "{}", 400],
  ["a type that is no text", '{"type":1,"data":{}}', 400],
  ["a user without a body", '{"type":"user.created"}', 400],
  ["a user who is none", '{"type":"user.updated","data":null}', 400],
  ["a user without an id", '{"type":"user.created","data":{"primary_email":"bob@example.com"}}', 400],
  ["an id that is no text", '{"type":"user.deleted","data":{"id":1}}', 400],
  ["an empty id", '{"type":"user.deleted","data":{"id":""}}', 400],
  ["an id with NUL", '{"type":"user.deleted","data":{"id":"a\\u0000"}}', 400],
  ["a long id", JSON.stringify({ type: "user.deleted", data: { id: "x".repeat(5_000) } }), 400],
  ["a prototype", '{"__proto__":{"type":"user.deleted","data":{"id":"x"}}}', 400],
  ["depth", `{"type":"team.created","data":${"[".repeat(50_000)}${"]".repeat(50_000)}}`, 204],
  ["something else", '{"type":"team.created","data":{"id":"x"}}', 204],
  ["1 MiB", '{"type":"team.created","data":"x"}'.padEnd(1024 * 1024), 204],
  ["1 MiB and more", `"${"x".repeat(1024 * 1024)}"`, 413],
];

function signed(body: string, at = new Date(), secret = app.webhookSecret): Record<string, string> {
  const id = crypto.randomUUID();
  return {
    "svix-id": id,
    "svix-timestamp": String(Math.floor(at.valueOf() / 1_000)),
    "svix-signature": new Webhook(secret).sign(id, at, body),
  };
}

/** What the webhook may receive. @param userId the user who is deleted if the app believes it */
export function webhookCases(userId: string): Case[] {
  const deletion = JSON.stringify({ type: "user.deleted", data: { id: userId } });
  const right = signed(deletion);
  const unsigned: [badness: string, headers: Record<string, string>][] = [
    ["no signature", {}],
    ["another's secret", signed(deletion, new Date(), `whsec_${btoa("x".repeat(24))}`)],
    ["another body's", signed(`${deletion} `)],
    ["of yesterday", signed(deletion, new Date(Date.now() - 86_400_000))],
    ["of tomorrow", signed(deletion, new Date(Date.now() + 86_400_000))],
    ["another time's", { ...right, "svix-timestamp": String(Math.floor(Date.now() / 1_000) - 1) }],
    ["an invalid time", { ...right, "svix-timestamp": "now" }],
    ["another message's", { ...right, "svix-id": "x" }],
    ["garbage", { ...right, "svix-signature": "v1,garbage" }],
    ["another version", { ...right, "svix-signature": right["svix-signature"]?.replace("v1", "v2") ?? "" }],
    ["a thousand", { ...right, "svix-signature": "v1,x ".repeat(1_000) }],
  ];
  const common = { method: "POST", path: "/webhooks/stack", isForeign: true as const };
  return [
    ...payloads.map(([badness, body, expected]) => ({
      ...common,
      badness,
      body,
      expected,
      headers: signed(body),
    })),
    ...unsigned.map(([badness, headers]) => ({
      ...common,
      badness: `signature: ${badness}`,
      body: deletion,
      expected: 401,
      headers,
    })),
  ];
}
