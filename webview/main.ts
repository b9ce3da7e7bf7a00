/** Entry of the webview's bundle: joins the page to the host and puts the application up. */
import { Bridge, type Channel } from './state/bridge';
import { fillTab, schedule } from './state/schedule';
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

fillTab();
const app = document.createElement('rti-app');
app.store = new Store(new Bridge(channel), schedule, memory);
document.body.append(app);
void app.store.connect();

declare global {
  interface HTMLElementTagNameMap {
    'rti-app': App;
  }
}
