/** What keeps a command from going on, as a sentence for the person at the terminal. No stack trace is shown. */
export class Refusal extends Error {
  override name = "Refusal";
}
