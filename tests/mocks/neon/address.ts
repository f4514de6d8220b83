/** The tests' Neon project and its user. */
export const neon = {
  host: "ep-test-123456.eu-central-1.aws.neon.tech",
  sqlUrl: "https://api.eu-central-1.aws.neon.tech/sql",
  user: "user",
  password: "password",
};

/** A connection string as Neon's console prints it, for a database of the tests' server. */
export function neonUrl(database: string): string {
  const { user, password, host } = neon;
  return `postgresql://${user}:${password}@${host}/${database}?sslmode=require&channel_binding=require`;
}

export function databaseIn(connectionString: string): string {
  return new URL(connectionString).pathname.slice(1);
}

/** The URL of another database on the same server. */
export function onServer(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = database;
  return url.href;
}
