import type { LocalAuth, SignInService } from "#app/platform/environment.server.ts";
import type { Postgres } from "#db/local/postgres/server.ts";
import type { Mail } from "#tests/mocks/stack/mails.ts";
import type { ProjectSettings } from "#tests/mocks/stack/project-settings.ts";

export interface LocalServicesOptions {
  /** `LOCAL_DIR`, locked by the caller. */
  directory: string;
  auth: LocalAuth;
  /** Of the stand-in for Neon's sync. With Better Auth there is none. */
  syncDelayMs: number;
  /** The recorded Stack project's by default. */
  authSettings: Partial<ProjectSettings>;
  /** Where the app will be. */
  appOrigin?: string;
  /** Aborts to give up while starting. */
  stop?: AbortSignal;
}

/** What answers sign-ins in local mode, on loopback. */
export interface AuthServer {
  service: SignInService;
  /** Of the app's database, migrated. */
  databaseUrl: string;
  /** The emails that would have been sent, newest first. @param to only those to this address */
  mails(to?: string): Promise<Mail[]>;
}

/** It runs while `work` does. @throws {Refusal} when a migration fails */
export type WithAuthServer = <Result>(
  postgres: Postgres,
  options: LocalServicesOptions,
  work: (server: AuthServer) => Promise<Result>,
) => Promise<Result>;
