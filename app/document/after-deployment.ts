/** TypeScript 5.9 does not know it: https://developer.mozilla.org/docs/Web/API/Navigation/navigate_event */
declare global {
  interface Window {
    navigation?: EventTarget;
  }
}

/**
 * After a deployment, a page's script may be gone. Remix then reloads the page that the click came from; this goes where
 * the click leads. Browsers without the Navigation API still reload.
 */
export function followClicksAfterDeployment(): void {
  window.navigation?.addEventListener("navigate", (event) => {
    if (!("navigationType" in event) || event.navigationType !== "reload") return;
    // Not useNavigation: the script may be missed before React has rendered the state.
    const { location } = window.__remixRouter.state.navigation;
    if (!location) return;
    event.preventDefault();
    window.location.assign(location.pathname + location.search + location.hash);
  });
}
