/** Why a command cannot continue, as a sentence for a person to read. It is printed without a stack trace. */
export class Refusal extends Error {
  override name = "Refusal";
}
