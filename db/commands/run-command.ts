import { DatabaseFault } from "#app/db/faults.server.ts";
import { InvalidEnvironment } from "#app/platform/environment.server.ts";
import { Refusal } from "#db/refusal.ts";

export async function runCommand(command: (args: string[]) => Promise<void>): Promise<void> {
  try {
    await command(process.argv.slice(2));
  } catch (error) {
    console.error(explain(error));
    process.exitCode = 1;
  }
}

/** With a stack trace only when it is a bug. */
function explain(error: unknown): unknown {
  if (error instanceof Refusal || error instanceof InvalidEnvironment) return error.message;
  if (error instanceof DatabaseFault) return `${error.message}: ${errorMessage(error.cause)}`;
  return isPostgresError(error) ? postgresMessage(error) : error;
}

interface PostgresError {
  message: string;
  severity: string;
  detail?: string;
  hint?: string;
}

function isPostgresError(error: unknown): error is PostgresError {
  return error instanceof Error && "severity" in error && typeof error.severity === "string";
}

function postgresMessage({ severity, message, detail, hint }: PostgresError): string {
  const lines = [`${severity}: ${message}`, detail && `DETAIL: ${detail}`, hint && `HINT: ${hint}`];
  return lines.filter(Boolean).join("\n");
}

function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
