import { useSearchParams } from "@remix-run/react";

/** Says what has just been done: the sentence for the page's `?done=`, which anyone can write. */
export function Done({ sentences }: { sentences: Record<string, string> }) {
  const [search] = useSearchParams();
  const done = search.get("done");
  return done !== null && Object.hasOwn(sentences, done) ? (
    <output className="notice">{sentences[done]}</output>
  ) : null;
}
