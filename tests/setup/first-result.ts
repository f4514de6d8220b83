import type { Reporter } from "vitest/node";

/** Prints how long the first result took: the wait while working on one test. */
export default class FirstResult implements Reporter {
  private startedAt = performance.now();
  private isPrinted = false;

  onTestRunStart(): void {
    if (this.isPrinted) this.startedAt = performance.now();
    this.isPrinted = false;
  }

  onTestCaseResult(): void {
    if (this.isPrinted) return;
    this.isPrinted = true;
    console.log(`First result after ${((performance.now() - this.startedAt) / 1000).toFixed(1)} s`);
  }
}
