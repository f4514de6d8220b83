// @ts-check
// `npm start`: the production server, configured by the environment and by `.env`.
process.env.NODE_ENV ??= "production";

// In a variable, or the type checker would look for a build that may not exist.
const path = "../build/server/index.js";
const build = await import(path).catch((error) => {
  if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
  console.error("There is no build yet. Run `npm run build` first.");
  process.exit(1);
});
const { loadDotEnv, startServer } = build.entry.module;
loadDotEnv();
await startServer(build).catch((/** @type {NodeJS.ErrnoException & { port?: number }} */ error) => {
  if (error.code === "EADDRINUSE") console.error(`Port ${error.port} is taken. Set PORT to another one.`);
  else console.error(error.name === "InvalidEnvironment" ? error.message : error);
  process.exit(1);
});

export {};
