/** What every page begins with: when it redraws, and that it fills its tab. */

/** Runs something before the next frame; by timer when the tab is hidden, where frames do not come. */
export function schedule(run: () => void): void {
  let done = false;
  const once = (): void => {
    if (done) return;
    done = true;
    run();
  };
  requestAnimationFrame(once);
  setTimeout(once, 120);
}

export function fillTab(): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync('html, body { height: 100%; margin: 0; overflow: hidden; padding: 0; }');
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}
