/** Says in the status bar that messages are held, wherever the user is: an app that hangs must not be a riddle. */
import * as vscode from 'vscode';
import { heldText } from './breakpointText';
import type { Host } from './host';
import { label, oneLine } from './plainText';
import { SECTION } from './settings';

/** How long a word about a lost message stays, ms. */
const SAID_MS = 8000;

export function showHeldStatus(host: Host): vscode.Disposable {
  const { held, breakpoints, proxy } = host;
  const item = vscode.window.createStatusBarItem(`${SECTION}.heldStatus`, vscode.StatusBarAlignment.Left, -2);
  item.name = 'Realtime Inspector: Held Messages';
  item.command = `${SECTION}.showHeld`;
  item.backgroundColor = new vscode.ThemeColor('statusBarItem.warningBackground');
  const show = () => {
    const { count, first } = held;
    if (!first) return item.hide();
    const what = `${oneLine(first.type) || 'a message'} from the ${first.from} of ${first.session}`;
    item.text = `$(debug-pause) ${heldText(count)}`;
    item.tooltip = `${count === 1 ? 'One Realtime message is' : `${count} Realtime messages are`} held at breakpoints; the oldest is ${what}. Select to see ${count === 1 ? 'it' : 'them'}.`;
    item.accessibilityInformation = { label: `Realtime Inspector: ${heldText(count)}` };
    item.show();
  };
  let running = false;
  return vscode.Disposable.from(
    item,
    held.onDidChange.on(show),
    held.onDidLose.on(({ type, from, session }) => {
      const said = `a held ${oneLine(type) || 'message'} from the ${from} was lost: ${session} has ended`;
      host.log.warn(`Breakpoints: ${said}`);
      vscode.window.setStatusBarMessage(`$(debug-disconnect) Realtime: ${label(said)}`, SAID_MS);
    }),
    proxy.onDidChange.on(() => {
      const before = running;
      running = proxy.state.state === 'running';
      if (!before || running) return;
      held.end();
      breakpoints.end();
    }),
  );
}
