import { createContext, type ReactNode, useCallback, useContext, useState } from "react";

const AnnounceContext = createContext<(text: string) => void>(() => {});

/** @returns announces a sentence to users of screen readers */
export function useAnnounce(): (text: string) => void {
  return useContext(AnnounceContext);
}

/** The page's one live region, which must stay mounted. */
export function Announcer({ children }: { children: ReactNode }) {
  const [said, setSaid] = useState({ text: "", count: 0 });
  const announce = useCallback((text: string) => setSaid(({ count }) => ({ text, count: count + 1 })), []);
  return (
    <AnnounceContext.Provider value={announce}>
      {children}
      <output className="visually-hidden">
        {/* A new element each time: the same words again would not be announced. */}
        <span key={said.count}>{said.text}</span>
      </output>
    </AnnounceContext.Provider>
  );
}
