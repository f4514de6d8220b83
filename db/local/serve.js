// @ts-check
// The app process of `npm run local`: the production build, configured by its environment only.
import "./die-with-parent.js";

const build = await import(new URL("../../build/server/index.js", import.meta.url).href);
await build.entry.module.startServer(build);
