/** Why a command cannot continue: a sentence, printed without a stack trace. */
export class Refusal extends Error {
  override name = "Refusal";
}
