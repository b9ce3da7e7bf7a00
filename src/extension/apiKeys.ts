/**
 * API keys of the user's, kept by VS Code's secret storage (the system's key chain) and nowhere else: not in settings,
 * not in the log, not in a trace. One per server, by origin.
 */
import * as vscode from 'vscode';
import { keyOrigin } from './settings';

const name = (origin: string) => `apiKey ${origin}`;

export class ApiKeys {
  constructor(private readonly secrets: vscode.SecretStorage) {}

  /** The key of the server that the upstream setting means, if one is stored. */
  async get(upstream: string): Promise<string | undefined> {
    return (await this.secrets.get(name(keyOrigin(upstream)))) || undefined;
  }

  async store(upstream: string, key: string): Promise<void> {
    await this.secrets.store(name(keyOrigin(upstream)), key);
  }

  /** Removes it; false when there was none. */
  async clear(upstream: string): Promise<boolean> {
    const had = (await this.get(upstream)) !== undefined;
    await this.secrets.delete(name(keyOrigin(upstream)));
    return had;
  }

  /** Asks for the key and stores it; false when the user thought better of it. */
  async ask(upstream: string): Promise<boolean> {
    const origin = keyOrigin(upstream);
    const key = await vscode.window.showInputBox({
      title: 'Realtime Inspector: API Key',
      prompt: `Key for ${origin}. It is kept in VS Code's secret storage and sent to that server only.`,
      password: true,
      ignoreFocusOut: true,
      // A header's value: anything else would fail at the handshake, with a worse message.
      validateInput: (value) => (/^[\x21-\x7e]*$/.test(value.trim()) ? undefined : 'A key has no spaces in it.'),
    });
    if (!key?.trim()) return false;
    await this.store(upstream, key.trim());
    return true;
  }
}
