import { createContext, type ReactNode, useCallback, useContext, useState } from "react";

const AnnounceContext = createContext<(text: string) => void>(() => {});

/** Says a sentence to those who hear the page, and see nothing of where it changed. */
export function useAnnounce(): (text: string) => void {
  return useContext(AnnounceContext);
}

/** The one place from which a page speaks; it stays where it is while what is around it comes and goes. */
export function Announcer({ children }: { children: ReactNode }) {
  const [said, setSaid] = useState({ text: "", count: 0 });
  const announce = useCallback((text: string) => setSaid(({ count }) => ({ text, count: count + 1 })), []);
  return (
    <AnnounceContext.Provider value={announce}>
      {children}
      <output className="visually-hidden">
        {/* Another element for each: the same words a second time are no change, and would not be heard. */}
        <span key={said.count}>{said.text}</span>
      </output>
    </AnnounceContext.Provider>
  );
}
