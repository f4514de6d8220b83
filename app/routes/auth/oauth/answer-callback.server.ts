import { OperationProcessingError, UnsupportedOperationError } from "oauth4webapi";
import { answerSignedIn } from "#app/auth/session/signed-in-answer.server.ts";
import { StackRefusal } from "#app/auth/stack/app.server.ts";
import { exchangeCode } from "#app/auth/stack/oauth-client.server.ts";
import { tryLaterOf } from "#app/platform/fault.server.ts";
import { log, logOutage } from "#app/platform/log.server.ts";
import { untilProfileArrives } from "#app/profiles/arrival.server.ts";
import { refreshProfile } from "#app/profiles/refresh-profile.server.ts";
import { type Flow, flowsOf, forgetFlow, isOver } from "./flows.server.ts";
import { backToSignIn, type OAuthProblem, problemOf } from "./problems.server.ts";

/**
 * Signs in whoever comes back from a provider, or says at the sign-in page why not. Only an answer to a flow that
 * this browser has started with this provider signs anybody in.
 * @param provider as the URL has it
 */
export async function answerCallback(request: Request, provider: string): Promise<Response> {
  const answer = new URL(request.url).searchParams;
  const flows = (await flowsOf(request)).filter((flow) => flow.provider === provider);
  // Stack's errors come without the state: nobody knows which flow they are about, and anybody can make one up.
  if (answer.has("error")) return failed(asProblem(refusalIn(answer)), flows[0]?.redirectTo);
  const flow = flows.find(({ state }) => state === answer.get("state"));
  if (!flow || !answer.get("code")) return failed("unknown", flow?.redirectTo);
  if (isOver(flow)) return failed("expired", flow.redirectTo);
  try {
    return await signIn(flow, answer);
  } catch (error) {
    return failed(asProblem(error), flow.redirectTo);
  }
}

function failed(problem: OAuthProblem, redirectTo: string | undefined): Response {
  log.info({ event: "sign-in failed", reason: problem }, "A sign-in through a provider came to nothing");
  return backToSignIn(problem, redirectTo);
}

async function signIn(flow: Flow, answer: URLSearchParams): Promise<Response> {
  const { isNewUser, ...tokens } = await exchangeCode(flow, answer);
  const settleProfile = isNewUser ? untilProfileArrives : refreshProfile;
  const signedIn = await answerSignedIn(tokens, flow.redirectTo, settleProfile);
  signedIn.headers.append("Set-Cookie", await forgetFlow(flow));
  return signedIn;
}

/** Only a code that is known: anybody can make up another, and what he writes must not get into the log. */
function refusalIn(answer: URLSearchParams): StackRefusal {
  const code = answer.get("errorCode") ?? "";
  return new StackRefusal(problemOf(code) ? code : "no known error");
}

/** @throws the error, if it is none that a person can be told of */
function asProblem(error: unknown): OAuthProblem {
  // What is no answer at all, as the library sees it.
  if (error instanceof OperationProcessingError || error instanceof UnsupportedOperationError)
    return "unknown";
  const problem = error instanceof StackRefusal ? problemOf(error.code) : undefined;
  if (problem) return problem;
  logOutage("An OAuth sign-in", error);
  if (error instanceof StackRefusal) return "failed";
  if (tryLaterOf(error)) return "unavailable";
  throw error;
}
