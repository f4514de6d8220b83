import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Answer, AppProcess } from "./app-process.ts";

/** What a user knows about their todo: `undefined` where an answer did not arrive, and either may be true. */
export interface KnownTodo {
  /** Always part of its task. */
  token: string;
  /** Every task that it may have. */
  tasks: string[];
  isComplete: boolean | undefined;
  isThere: boolean | undefined;
}

/** A user who does one thing after the other, and records what the site told them about their own todos. */
export class SoakUser {
  readonly todos: KnownTodo[] = [];
  /** Answers that no user should get. */
  readonly wrong: string[] = [];
  readonly statuses = new Map<string, number>();
  readonly email: string;
  readonly #password = "correct horse battery";
  readonly #app: AppProcess;
  readonly #idOf: (token: string) => Promise<string | undefined>;
  readonly #cookies = new Map<string, string>();
  #edits = 0;

  /** @param idOf finds a todo by its token */
  constructor(app: AppProcess, name: string, idOf: (token: string) => Promise<string | undefined>) {
    this.#app = app;
    this.#idOf = idOf;
    this.email = `${name}@example.com`;
  }

  get cookie(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  async signUp(): Promise<void> {
    const { status } = await this.#post("/sign-up", { email: this.email, password: this.#password });
    if (status !== 303) throw new Error(`Signing up was answered with ${status}`);
  }

  /** Makes random changes until the signal aborts. */
  async use(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#doSomething(Math.random());
      await delay(500 + Math.random() * 1_500, undefined, { signal }).catch(() => {});
    }
  }

  async #doSomething(dice: number): Promise<void> {
    if (dice < 0.35) await this.#look();
    else if (dice < 0.65) await this.#add();
    else if (dice < 0.95) await this.#change(dice < 0.8 ? "toggle" : dice < 0.88 ? "edit" : "delete");
    else await this.#post("/sign-in", { email: this.email, password: this.#password }, "");
  }

  async #look(): Promise<void> {
    this.#take("GET /", [200, 503], await this.#app.get("/", this.cookie).catch(() => undefined));
  }

  /** As on the page, a todo without an answer is sent again with the same key; without a key it is not. */
  async #add(): Promise<void> {
    const token = randomUUID();
    const task = `${this.email} ${token}`;
    const todo: KnownTodo = { token, tasks: [task], isComplete: false, isThere: undefined };
    this.todos.push(todo);
    const hasKey = Math.random() < 0.75;
    for (let patience = hasKey ? 3 : 1; patience > 0; patience -= 1) {
      const { status } = await this.#post("/?index", {
        intent: "add",
        task,
        ...(hasKey && { key: token }),
      });
      if (status === 303) {
        todo.isThere = true;
        return;
      }
      await delay(500);
    }
  }

  async #change(intent: "toggle" | "edit" | "delete"): Promise<void> {
    const there = this.todos.filter(({ isThere }) => isThere === true);
    const todo = there[Math.floor(Math.random() * there.length)];
    const id = todo && (await this.#idOf(todo.token).catch(() => undefined));
    if (!todo || !id) return this.#look();
    this.#edits += 1;
    const isComplete = !todo.isComplete;
    const task = `${this.email} ${todo.token} edited ${this.#edits}`;
    const { status } = await this.#post("/?index", { intent, id, task, complete: String(isComplete) });
    const isDone = status === 303;
    if (!isDone && status !== 503 && status !== undefined) return;
    if (intent === "toggle") todo.isComplete = isDone ? isComplete : undefined;
    if (intent === "delete") todo.isThere = isDone ? false : undefined;
    if (intent === "edit") todo.tasks = isDone ? [task] : [...todo.tasks, task];
  }

  async #post(path: string, fields: Record<string, string>, cookie = this.cookie) {
    const answer = await this.#app.post(path, fields, cookie).catch(() => undefined);
    this.#take(`POST ${path} ${fields.intent ?? ""}`, [303, 503], answer);
    return { status: answer?.status };
  }

  #take(what: string, good: number[], answer: Answer | undefined): void {
    const name = `${what.trim()}: ${answer?.status ?? "no answer"}`;
    this.statuses.set(name, (this.statuses.get(name) ?? 0) + 1);
    if (!answer || !good.includes(answer.status)) this.wrong.push(name);
    for (const setCookie of answer?.headers.getSetCookie() ?? []) {
      const [pair = "", ...attributes] = setCookie.split("; ");
      const [name = "", value = ""] = pair.split(/=(.*)/s, 2);
      if (attributes.includes("Max-Age=0")) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
  }
}
