import { useFetcher } from "@remix-run/react";
import { useEffect } from "react";
import type { ActionAnswer } from "../changes/answer.ts";
import type { Fields } from "../changes/button-field.ts";
import { toBody, useChangeAction } from "./change-action.ts";

interface SendingProps {
  /** Unique on the page. */
  fetcherKey: string;
  fields: Fields;
  /** Called when the answer and the new list are in. */
  onAnswer: (answer: ActionAnswer) => void;
}

/** Sends a change when it appears. A component of its own, because the todo or the field may go meanwhile. */
export function Sending({ fetcherKey, fields, onAnswer }: SendingProps) {
  const action = useChangeAction();
  const { data, state, submit } = useFetcher<ActionAnswer>({ key: fetcherKey });

  // biome-ignore lint/correctness/useExhaustiveDependencies: sent once, when it appears
  useEffect(() => {
    submit(toBody(fields), { method: "post", action });
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: settled once, when the answer and the new list are in
  useEffect(() => {
    if (state === "idle" && data) onAnswer(data);
  }, [state, data]);

  return null;
}
