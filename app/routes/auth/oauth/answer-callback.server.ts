import { AuthRefusal } from "#app/auth/provider/errors.server.ts";
import { authProvider } from "#app/auth/provider.server.ts";
import { sendsCookies } from "#app/auth/session/required-cookies.server.ts";
import { answerSignedIn } from "#app/auth/session/signed-in-answer.server.ts";
import { tryLaterOf } from "#app/platform/fault.server.ts";
import { log, logOutage } from "#app/platform/log.server.ts";
import { untilProfileArrives } from "#app/profiles/arrival.server.ts";
import { refreshProfile } from "#app/profiles/refresh-profile.server.ts";
import { type Flow, flowsOf, forgetFlow, isOver } from "./flows.server.ts";
import { backToSignIn, type OAuthProblem, problemOf } from "./problems.server.ts";

/** Signs in only with an answer to a flow that this browser started with this provider. */
export async function answerCallback(request: Request, provider: string): Promise<Response> {
  const answer = new URL(request.url).searchParams;
  const flows = (await flowsOf(request)).filter((flow) => flow.provider === provider);
  // Stack's errors come without the state: they may be about any flow, and anyone can make one up.
  if (answer.has("error")) return failed(asProblem(refusalIn(answer)), flows[0]?.redirectTo);
  const flow = flows.find(({ state }) => state === answer.get("state"));
  // The start of a flow sets a cookie, but this may also be another browser.
  if (!flow && !sendsCookies(request)) return failed("cookies", undefined);
  if (!flow || !answer.get("code")) return failed("unknown", flow?.redirectTo);
  if (isOver(flow)) return failed("expired", flow.redirectTo);
  try {
    return await signIn(flow, answer);
  } catch (error) {
    return failed(asProblem(error), flow.redirectTo);
  }
}

function failed(problem: OAuthProblem, redirectTo: string | undefined): Response {
  log.info({ event: "sign-in failed", reason: problem }, "A sign-in with a provider has failed");
  return backToSignIn(problem, redirectTo);
}

async function signIn(flow: Flow, answer: URLSearchParams): Promise<Response> {
  const { isNewUser, tokens } = await authProvider().exchangeCode(flow, answer);
  const settleProfile = isNewUser ? untilProfileArrives : refreshProfile;
  const signedIn = await answerSignedIn(tokens, flow.redirectTo, settleProfile);
  signedIn.headers.append("Set-Cookie", await forgetFlow(flow));
  return signedIn;
}

/** Anyone can make up a code: only known ones get into the log. */
function refusalIn(answer: URLSearchParams): AuthRefusal {
  const code = answer.get("errorCode") ?? "";
  return new AuthRefusal(problemOf(code) ? code : "no known error");
}

/** @throws the error itself if it is a bug */
function asProblem(error: unknown): OAuthProblem {
  const problem = error instanceof AuthRefusal ? problemOf(error.code) : undefined;
  if (problem) return problem;
  logOutage("An OAuth sign-in", error);
  if (error instanceof AuthRefusal) return "failed";
  if (tryLaterOf(error)) return "unavailable";
  throw error;
}
