import { inheritedVariables } from "#app/platform/environment.server.ts";
import { buildWhenStale } from "#db/local/build.ts";

/** The processes under test run the build. */
export default () => buildWhenStale(process.cwd(), inheritedVariables(), AbortSignal.timeout(300_000));
