// @ts-check
// The second half of `npm run build`: the commands that production needs. There, nothing compiles TypeScript.
import { build } from "vite";
import { productionPackages } from "../../app/server/production-packages.js";

await build({
  configFile: false,
  logLevel: "warn",
  ssr: productionPackages,
  build: {
    ssr: true,
    outDir: "build/commands",
    copyPublicDir: false,
    target: "es2022",
    rollupOptions: {
      input: ["dbmate", "sql", "doctor", "admin"].map((name) => `db/commands/${name}.ts`),
      output: { entryFileNames: "[name].js", chunkFileNames: "[name]-[hash].js" },
    },
  },
});
