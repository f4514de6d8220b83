/**
 * Names what the recorder left as it was: the addresses of Stack and of the provider that it asked, and the secrets
 * of each sign-in between the two.
 * @param recording the text of the file
 */
export function withInnerNames(recording: string): string {
  const states = new Set([...recording.matchAll(/state=([\w-]{43})/g)].map(([, state = ""]) => state));
  const named = [...states].reduce(
    (text, state, index) => text.replaceAll(state, `<inner_state:${index + 1}>`),
    recording,
  );
  return named
    .replaceAll(
      /code_challenge=[\w-]{43}&state=<inner_state:(\d+)>/g,
      "code_challenge=<inner_challenge:$1>&state=<inner_state:$1>",
    )
    .replaceAll("http://localhost:8114", "<provider_url>")
    .replaceAll("http%3A%2F%2Flocalhost%3A8114", "<encoded_provider_url>")
    .replaceAll("http%3A%2F%2Flocalhost%3A8102", "<encoded_api_url>");
}
