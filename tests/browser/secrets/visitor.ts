import type { Page } from "@playwright/test";
import { type Artefact, urlArtefact } from "./search.ts";

/** A user at a browser. Just before leaving each page, reads what its scripts could read. */
export class Visitor {
  readonly artefacts: Artefact[] = [];

  constructor(
    readonly page: Page,
    private readonly app: URL,
  ) {}

  async open(address: string) {
    await this.look();
    return this.page.goto(address);
  }

  async press(name: string): Promise<void> {
    await this.look();
    await this.page.getByRole("button", { name, exact: true }).click();
  }

  async follow(name: string): Promise<void> {
    await this.look();
    await this.page.getByRole("link", { name, exact: true }).click();
  }

  async fill(fields: Record<string, string>): Promise<void> {
    for (const [label, value] of Object.entries(fields)) {
      await this.page.getByLabel(label, { exact: true }).fill(value);
    }
  }

  /**
   * Follows a link to another site, such as any page might have.
   * @param referrerPolicy the link's own
   */
  async leaveFor(address: string, referrerPolicy = ""): Promise<void> {
    await this.look();
    await this.page.evaluate(
      ([href = "", policy = ""]) => {
        const link = document.createElement("a");
        Object.assign(link, { href, referrerPolicy: policy });
        document.body.append(link);
        // Before React finds a foreign link.
        link.click();
      },
      [address, referrerPolicy],
    );
    await this.page.waitForURL(address);
  }

  async look(): Promise<void> {
    const url = new URL(this.page.url());
    this.artefacts.push(urlArtefact(url, this.app));
    if (url.origin !== this.app.origin) return;
    const [cookie = "", local = "", session = ""] = await this.page.evaluate(() => [
      document.cookie,
      JSON.stringify(localStorage),
      JSON.stringify(sessionStorage),
    ]);
    this.artefacts.push(
      { place: "document.cookie", text: cookie },
      { place: "localStorage", text: local },
      { place: "sessionStorage", text: session },
    );
  }
}
