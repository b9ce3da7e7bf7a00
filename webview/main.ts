/** Entry of the webview's bundle: joins the page to the host and puts the application up. */
import { Bridge, type Channel } from './state/bridge';
import { Store, type Kept, type Memory } from './state/store';
import './views/app';
import type { App } from './views/app';

declare function acquireVsCodeApi(): {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
};

const vscode = acquireVsCodeApi();
const channel: Channel = {
  post: (message) => vscode.postMessage(message),
  onMessage: (listener) => window.addEventListener('message', (event: MessageEvent<unknown>) => listener(event.data)),
};

const memory: Memory = {
  read: () => (vscode.getState() as Kept | undefined) ?? {},
  write: (kept) => vscode.setState(kept),
};

/** Before the next frame; by timer when the tab is hidden, where frames do not come. */
function schedule(run: () => void): void {
  let done = false;
  const once = (): void => {
    if (done) return;
    done = true;
    run();
  };
  requestAnimationFrame(once);
  setTimeout(once, 120);
}

const sheet = new CSSStyleSheet();
sheet.replaceSync('html, body { height: 100%; margin: 0; overflow: hidden; padding: 0; }');
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];

const app = document.createElement('rti-app');
app.store = new Store(new Bridge(channel), schedule, memory);
document.body.append(app);
void app.store.connect();

declare global {
  interface HTMLElementTagNameMap {
    'rti-app': App;
  }
}
