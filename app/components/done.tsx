import { useSearchParams } from "@remix-run/react";

/**
 * Says what has just been done, in the sentence for the page's `?done=`. An unknown word says nothing.
 */
export function Done({ sentences }: { sentences: Record<string, string> }) {
  const [search] = useSearchParams();
  const done = search.get("done");
  return done !== null && Object.hasOwn(sentences, done) ? (
    <output className="notice">{sentences[done]}</output>
  ) : null;
}
