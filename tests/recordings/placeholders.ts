/** Names such as `<access_token:3>`, and ids and times as they were recorded. */
const variable =
  /<[a-z_]+(?::\w+)?>|[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}|\d{4}-\d\d-\d\dT[\d:.]+Z/g;

const formats: Record<string, RegExp> = {
  authorization_code: /[\da-f]{64}/,
  inner_challenge: /[\w-]{43}/,
  inner_state: /[\w-]{43}/,
  access_token: /[\w-]+\.[\w-]+\.[\w-]+/,
  nonce: /[\da-hjkmnp-tv-z]{39}/,
  refresh_token: /[\w-]{20,}/,
  kid: /[\w-]{12}/,
  x: /[\w-]{43}/,
  y: /[\w-]{43}/,
  id: /[\da-f]{8}-[\da-f]{4}-[47][\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}/,
  time: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/,
};

/** Numbers from here on are times, in milliseconds since the epoch. */
const firstTime = 1e12;

/**
 * Which recorded value stands for which value of this run, one to one. Of times, two may fall together in a run
 * that is faster than the recorded one was; but they keep their order.
 */
export class Placeholders {
  private readonly values = new Map<string, string>();
  private readonly names = new Map<string, string>();
  private readonly times = new Map<number, number>();
  private readonly startedAt = Date.now();

  /** @throws when either of them stands for another value already */
  bind(recorded: string, actual: string): void {
    const problem = this.conflict(recorded, actual);
    if (problem) throw new Error(problem);
    this.values.set(recorded, actual);
    this.names.set(actual, recorded);
  }

  /** Sets a time that does not lie between the start of the replay and now. */
  bindTime(recorded: number, actual: number): void {
    this.bind(new Date(recorded).toISOString(), new Date(actual).toISOString());
  }

  /**
   * A recorded text with the values of this run.
   * @throws when it names a value that no answer and no preparation has given yet
   */
  filled(text: string): string {
    return text.replace(variable, (recorded) => {
      const actual = this.values.get(recorded);
      if (actual === undefined) throw new Error(`Nothing has given ${recorded} yet`);
      return actual;
    });
  }

  /**
   * Compares a text with the recorded one; the values that it gives for the first time are bound.
   * @returns what is wrong with it, if anything
   */
  matchText(recorded: string, actual: string, key: string): string | undefined {
    const isOfKey = key === "kid" || key === "x" || key === "y";
    if (isOfKey) return this.matchParts(recorded, [recorded], actual, key);
    const setting = this.values.get(recorded);
    if (setting !== undefined) return setting === actual ? undefined : `is ${actual} instead of ${setting}`;
    return this.matchParts(recorded, recorded.match(variable) ?? [], actual);
  }

  /** The same for numbers. */
  matchNumber(recorded: number, actual: number): string | undefined {
    if (recorded < firstTime) return recorded === actual ? undefined : `is ${actual} instead of ${recorded}`;
    if (!Number.isInteger(actual)) return `is ${actual}, which is no time in milliseconds`;
    const given = this.values.get(new Date(recorded).toISOString());
    if (given !== undefined) {
      return Date.parse(given) === actual ? undefined : `is ${actual} instead of ${Date.parse(given)}`;
    }
    return this.matchTime(recorded, actual);
  }

  private matchParts(text: string, parts: string[], actual: string, format?: string): string | undefined {
    const formatOf = (part: string) => format ?? formatByLook(part);
    let pattern = "";
    let rest = text;
    for (const part of parts) {
      const at = rest.indexOf(part);
      const known = this.values.get(part);
      const accepted = known === undefined ? formats[formatOf(part)]?.source : escaped(known);
      pattern += `${escaped(rest.slice(0, at))}(${accepted})`;
      rest = rest.slice(at + part.length);
    }
    const found = new RegExp(`^${pattern}${escaped(rest)}$`).exec(actual);
    if (!found) return `is ${JSON.stringify(actual)} instead of ${JSON.stringify(this.partlyFilled(text))}`;
    for (const [index, part] of parts.entries()) {
      const value = found[index + 1] ?? "";
      const problem =
        formatOf(part) === "time" && !this.values.has(part)
          ? this.matchTime(Date.parse(part), Date.parse(value))
          : this.matchValue(part, value);
      if (problem) return problem;
    }
    return undefined;
  }

  private matchValue(recorded: string, actual: string): string | undefined {
    const problem = this.conflict(recorded, actual);
    if (!problem) this.bind(recorded, actual);
    return problem;
  }

  private matchTime(recorded: number, actual: number): string | undefined {
    if (actual < this.startedAt || actual > Date.now()) return `is ${actual}, not a time of this replay`;
    for (const [otherRecorded, otherActual] of this.times) {
      const order = Math.sign(recorded - otherRecorded);
      if (order === 0 && actual !== otherActual) return `is ${actual} instead of ${otherActual}`;
      if ((actual - otherActual) * order < 0) {
        return `is ${actual}, on the wrong side of ${otherActual} (recorded: ${recorded}, ${otherRecorded})`;
      }
    }
    this.times.set(recorded, actual);
    return undefined;
  }

  private conflict(recorded: string, actual: string): string | undefined {
    const known = this.values.get(recorded);
    if (known !== undefined && known !== actual) return `${recorded} is ${actual}, and was ${known}`;
    const name = this.names.get(actual);
    if (name !== undefined && name !== recorded) return `${recorded} is ${actual}, as ${name} was`;
    return undefined;
  }

  private partlyFilled(text: string): string {
    return (
      this.values.get(text) ?? text.replace(variable, (recorded) => this.values.get(recorded) ?? recorded)
    );
  }
}

function formatByLook(part: string): string {
  const name = /^<([a-z_]+)/.exec(part)?.[1];
  return name ?? (part.includes("T") ? "time" : "id");
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
}
