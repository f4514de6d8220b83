/** Where npm's shell is dash, npm passes no signal on: both end, and this process would keep running. */
export function whenParentIsGone(callBack: () => void): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    callBack();
  }, 500).unref();
}
