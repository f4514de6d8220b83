/** What a sentence quotes was written by users: written from right to left, it must not turn the sentence around. */
export function Sentence({ text }: { text: string }) {
  const [, before, quoted, after] = /^(.*?“)(.*)(”.*)$/s.exec(text) ?? [];
  if (quoted === undefined) return text;
  return (
    <>
      {before}
      <bdi>{quoted}</bdi>
      {after}
    </>
  );
}
