import { neonConfig } from "@neondatabase/serverless";
import { afterAll, vi } from "vitest";

// The test files of a project share processes, and in them the libraries: loading those takes longer than most files run.
// What is ours is loaded anew for each file, and what files change outside of it is put back. This is the first setup file,
// so that its hook runs last.
vi.resetModules();

const { fetch, setTimeout } = globalThis;
const { fetchFunction } = neonConfig;
const variables = { ...process.env };

afterAll(() => {
  vi.useRealTimers();
  Object.assign(globalThis, { fetch, setTimeout });
  neonConfig.fetchFunction = fetchFunction;
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, variables);
});
