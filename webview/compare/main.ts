/** Entry of the page of a comparison: a channel for each of the two traces, and what is said of both. */
import { Bridge, type Channel } from '../state/bridge';
import { fillTab, schedule } from '../state/schedule';
import type { Which } from '../../src/compare/model';
import './compareApp';
import type { CompareApp, ShownState } from './compareApp';
import { CompareStore } from './compareStore';
import { checkCompareHost, type ComparePageMessage } from './messages';

/** What VS Code keeps of the page: by the files the host brings a tab back after a reload of the window. */
interface Kept {
  a?: string;
  b?: string;
  shown?: Partial<ShownState>;
}

declare function acquireVsCodeApi(): {
  postMessage(message: unknown): void;
  getState(): Kept | undefined;
  setState(state: Kept): void;
};

const vscode = acquireVsCodeApi();
const post = (message: ComparePageMessage) => vscode.postMessage(message);
const listeners: Partial<Record<Which, (message: unknown) => void>> = {};
const channel = (which: Which): Channel => ({
  post: (message) => post({ compare: which, message }),
  onMessage: (listener) => (listeners[which] = listener),
});

fillTab();
const app = document.createElement('rti-compare-app');
app.stores = {
  a: new CompareStore(new Bridge(channel('a')), schedule),
  b: new CompareStore(new Bridge(channel('b')), schedule),
};
app.post = post;
let kept: Kept = vscode.getState() ?? {};
const keep = (more: Kept) => {
  kept = { ...kept, ...more };
  vscode.setState(kept);
};
app.kept = kept.shown ?? {};
app.keep = (shown) => keep({ shown });
window.addEventListener('message', (event: MessageEvent<unknown>) => {
  const message = checkCompareHost(event.data);
  if (message === undefined) return;
  if (message.compare === 'a' || message.compare === 'b') listeners[message.compare]?.(message.message);
  else {
    if (message.compare === 'working') keep(message.files);
    app.told(message);
  }
});
document.body.append(app);
for (const store of Object.values(app.stores)) void store.connect();
post({ compare: 'ready' });

declare global {
  interface HTMLElementTagNameMap {
    'rti-compare-app': CompareApp;
  }
}
