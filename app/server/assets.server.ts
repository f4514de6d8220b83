import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname, join, sep } from "node:path";

interface Asset {
  type: string;
  etag: string;
  isImmutable: boolean;
  /** The content by encoding; `identity` is always there. */
  bodies: Partial<Record<"br" | "gzip" | "identity", Buffer>>;
}

export type Assets = ReadonlyMap<string, Asset>;

const types: Record<string, string> = {
  ".css": "text/css; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".webmanifest": "application/manifest+json",
};

/**
 * Reads the browser's files into memory, where they take less than 2 MB: a path can only name one of them.
 * @param directory Vite's client build; a `.br` and a `.gz` beside a file are its compressed forms
 */
export function readAssets(directory: string): Assets {
  const files = readdirSync(directory, { recursive: true, encoding: "utf8" });
  const assets = new Map<string, Asset>();
  for (const file of files) {
    const path = join(directory, file);
    const type = types[extname(file)];
    if (!type || !statSync(path).isFile()) continue;
    const identity = readFileSync(path);
    const bodies: Asset["bodies"] = { identity };
    if (files.includes(`${file}.br`)) bodies.br = readFileSync(`${path}.br`);
    if (files.includes(`${file}.gz`)) bodies.gzip = readFileSync(`${path}.gz`);
    const url = `/${file.split(sep).join("/")}`;
    const etag = `"${createHash("sha256").update(identity).digest("base64url").slice(0, 22)}"`;
    assets.set(url, { type, etag, isImmutable: url.startsWith("/assets/"), bodies });
  }
  return assets;
}

/** Answers a GET or HEAD for an asset in the smallest form that the browser takes. */
export function sendAsset(asset: Asset, request: IncomingMessage, response: ServerResponse): void {
  const accepted = String(request.headers["accept-encoding"] ?? "");
  const encoding = (["br", "gzip"] as const).find((each) => asset.bodies[each] && isAccepted(each, accepted));
  const body = asset.bodies[encoding ?? "identity"];
  // Each form has a name of its own: a strong one promises the same bytes.
  const etag = encoding ? asset.etag.replace(/"$/, `-${encoding}"`) : asset.etag;
  // Vite puts a hash of the content into the names below /assets/.
  const cacheControl = asset.isImmutable ? "public, max-age=31536000, immutable" : "public, max-age=3600";
  response.setHeader("Cache-Control", cacheControl);
  response.setHeader("ETag", etag);
  response.setHeader("Vary", "Accept-Encoding");
  if (isAmong(etag, request.headers["if-none-match"])) {
    response.writeHead(304).end();
    return;
  }
  if (encoding) response.setHeader("Content-Encoding", encoding);
  response.writeHead(200, { "Content-Type": asset.type, "Content-Length": body?.length ?? 0 });
  response.end(body);
}

/**
 * Whether a client takes an encoding: by its own name, or else by `*`, and not with the weight 0.
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3
 */
function isAccepted(encoding: string, accepted: string): boolean {
  const weights = new Map(
    accepted.split(",").map((each) => {
      const [name = "", ...parameters] = each.toLowerCase().split(";");
      const weight = parameters.map((parameter) => /^\s*q=([\d.]+)\s*$/.exec(parameter)?.[1]).find(Boolean);
      return [name.trim(), Number(weight ?? 1)];
    }),
  );
  return (weights.get(encoding) ?? weights.get("*") ?? 0) > 0;
}

/** @see https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2 which has tags compared weakly */
function isAmong(etag: string, list: string | undefined): boolean {
  return (list ?? "").split(",").some((each) => [etag, "*"].includes(each.trim().replace(/^W\//, "")));
}
