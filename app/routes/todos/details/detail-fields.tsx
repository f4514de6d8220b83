import { type InputHTMLAttributes, useId } from "react";
import type { Typed, TypedField } from "../changes/answer.ts";
import { usePeople } from "./use-people.ts";

interface DetailFieldsProps {
  typed: Typed | undefined;
  invalid: TypedField | undefined;
  errorId: string;
  /** The field of the assignee. */
  autoFocus?: boolean;
}

/** When a todo is due, and whose it is. */
export function DetailFields(props: DetailFieldsProps) {
  return (
    <div className="details">
      <DueField {...props} />
      <AssigneeField {...props} />
    </div>
  );
}

function DueField(props: DetailFieldsProps) {
  return (
    <label>
      Due
      <input type="date" {...fieldOf("due_on", props)} min="1900-01-01" max="9999-12-31" />
    </label>
  );
}

/** With JavaScript it suggests people. */
export function AssigneeField(props: DetailFieldsProps) {
  const listId = useId();
  const { people, suggestFor } = usePeople();
  return (
    <label>
      Assign to
      <input
        type="email"
        {...fieldOf("assignee", props)}
        placeholder="Email"
        autoComplete="off"
        // biome-ignore lint/a11y/noAutofocus: the user asked to assign this todo
        autoFocus={props.autoFocus}
        list={listId}
        onInput={({ currentTarget }) => suggestFor(currentTarget.value)}
      />
      <datalist id={listId}>
        {people.map(({ id, name, email }) => (
          <option key={id} value={email}>
            {name}
          </option>
        ))}
      </datalist>
    </label>
  );
}

function fieldOf(
  name: TypedField,
  { typed, invalid, errorId }: DetailFieldsProps,
): InputHTMLAttributes<HTMLInputElement> {
  const isInvalid = invalid === name;
  return {
    name,
    defaultValue: typed?.[name],
    "aria-invalid": isInvalid || undefined,
    "aria-describedby": isInvalid ? errorId : undefined,
  };
}
