/** The real workbench as a person uses it: palette, explorer, tabs, and the inspector's page in its webview. */
import { expect, type Browser, type FrameLocator, type Locator, type Page } from '@playwright/test';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { serveVscode, serverCommand, temporaryFolder, writeSettings } from '../../scripts/lib/servedVscode.mjs';
import { root } from '../../scripts/lib/shell.mjs';
import { launchChromium } from '../../scripts/lib/chromium.mjs';

const QUIET = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'chat.disableAIFeatures': true,
  'remote.autoForwardPorts': false,
};

/** What an AnalyserNode is to a test; the page's types are not the tests'. */
interface Analyser {
  fftSize: number;
  getFloatTimeDomainData(into: Float32Array): void;
}

interface Part {
  localName: string;
  getBoundingClientRect(): { right: number };
}

/** A VS Code server with the packaged extension installed, and a browser looking at it. */
export class Workbench {
  private constructor(
    readonly page: Page,
    /** The folder that is open. */
    readonly folder: string,
    /** Space for the test's own files. */
    readonly scratch: string,
    private readonly close: () => Promise<void>,
  ) {}

  /** Installs `realtime-inspector.vsix` into a new VS Code and opens an empty folder in it. */
  static async open(settings: Record<string, unknown> = {}): Promise<Workbench> {
    const scratch = await temporaryFolder('e2e');
    const folders = { data: join(scratch.path, 'data'), extensions: join(scratch.path, 'extensions') };
    const folder = join(scratch.path, 'workspace');
    await writeSettings(folder, { ...QUIET, ...settings });
    await serverCommand(folders, ['--install-extension', join(root, 'realtime-inspector.vsix')]);
    const server = await serveVscode({ ...folders, env: { OPENAI_API_KEY: undefined } });
    let browser: Browser | undefined;
    const close = async () => {
      await browser?.close();
      await server.stop();
      await scratch.drop();
    };
    try {
      browser = await launchChromium();
      const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
      await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.origin });
      context.setDefaultTimeout(20_000);
      const page = await context.newPage();
      await page.goto(server.workbench(folder));
      await expect(page.locator('.activitybar [aria-label="Realtime Inspector"]').first()).toBeVisible({
        timeout: 60_000,
      });
      const workbench = new Workbench(page, folder, scratch.path, close);
      if (await page.locator('.part.auxiliarybar').isVisible())
        await workbench.run('View: Toggle Secondary Side Bar Visibility');
      return workbench;
    } catch (error) {
      await close();
      throw error;
    }
  }

  /** Runs a command by its title, from the palette; one that `asks` has its question in the same place then. */
  async run(title: string, asks = false): Promise<void> {
    await this.page.keyboard.press('F1');
    const input = this.page.locator('.quick-input-widget input[type=text], .quick-input-widget input.input').first();
    await expect(input).toBeFocused();
    await input.fill(`>${title}`);
    const choice = this.page.locator('.quick-input-list .monaco-list-row').first();
    await expect(choice).toHaveAttribute('aria-label', new RegExp(`^${title.replace(/[.[\](){}*+?^$|\\]/g, '\\$&')}`));
    await choice.click();
    if (asks) await expect(input).not.toHaveAttribute('placeholder', /name of a command/);
    else await expect(input).toBeHidden();
  }

  clipboard(): Promise<string> {
    return this.page.evaluate('navigator.clipboard.readText()');
  }

  status(text: string | RegExp): Locator {
    return this.page.locator('.statusbar-item').filter({ hasText: text });
  }

  /** The inspector's page in the editor that shows. */
  get inspector(): Inspector {
    return new Inspector(this.page.frameLocator('iframe.webview.ready').frameLocator('#active-frame'));
  }

  /** Opens a file that has just been written, which the explorer may not know yet. */
  async openByName(name: string): Promise<void> {
    await this.page.keyboard.press('ControlOrMeta+p');
    const input = this.page.locator('.quick-input-widget input.input').first();
    await expect(input).toBeFocused();
    await input.fill(name);
    const choice = this.page.locator('.quick-input-list .monaco-list-row').first();
    await expect(choice).toHaveAttribute('aria-label', new RegExp(`^${name.replaceAll('.', '\\.')}`));
    await choice.click();
  }

  /** Opens a file, a trace that nothing writes any more, by clicking through the explorer's tree. */
  async openFromExplorer(...path: string[]): Promise<void> {
    await this.run('View: Show Explorer');
    for (const name of path) {
      const item = this.page.locator('.explorer-folders-view .monaco-list-row').filter({ hasText: name }).first();
      await expect(item).toBeVisible();
      if ((await item.getAttribute('aria-expanded')) === 'true') continue;
      if (name !== path.at(-1)) await item.click();
      else {
        // The tree hears late that the lock has gone: between two clicks it would put another row under the pointer.
        await expect(item).not.toHaveText(/\.lock$/);
        await expect(this.page.locator('.explorer-folders-view').getByText(`${name}.lock`)).toHaveCount(0);
        await item.dblclick();
      }
    }
  }

  /** Names of the traces in the workspace. */
  async traces(): Promise<string[]> {
    const names = await readdir(join(this.folder, '.realtime'));
    return names.filter((name) => name.endsWith('.realtime.jsonl'));
  }

  async closeTab(name: string): Promise<void> {
    const tab = this.page.locator('.tabs-container .tab').filter({ hasText: name });
    await tab.hover();
    await tab.getByRole('button', { name: /^Close/ }).click();
    await expect(tab).toHaveCount(0);
  }

  /** Changes workspace settings; VS Code notices by itself. */
  change(settings: Record<string, unknown>): Promise<void> {
    return writeSettings(this.folder, { ...QUIET, ...settings });
  }

  /** A picture of the whole workbench, for looking at. */
  async picture(name: string): Promise<void> {
    await this.page.screenshot({ path: join(root, 'test', 'e2e', 'output', `${name}.png`) });
  }

  dispose(): Promise<void> {
    return this.close();
  }
}

/** The inspector's page. */
export class Inspector {
  readonly app: Locator;
  constructor(frame: FrameLocator) {
    this.app = frame.locator('rti-app');
  }

  /** The rows that show whose type is exactly `type`. */
  rows(type: string): Locator {
    return this.app.locator(`[role=row]:has(.type[title="${type}"])`);
  }

  async filter(text: string): Promise<void> {
    await this.app.getByLabel('Filter events').fill(text);
  }

  /** Replaces the composer's text. */
  async compose(text: string): Promise<void> {
    const editor = this.app.getByLabel('Event to send, JSON');
    await editor.click();
    await editor.press('ControlOrMeta+a');
    await editor.page().keyboard.insertText(text);
  }

  /** The composer's text, line by line as the editor holds it. */
  async composed(): Promise<string> {
    return (await this.app.locator('rti-composer .cm-line').allTextContents()).join('\n');
  }

  /** Names and overhang (px) of the page's parts that reach beyond its right edge. */
  overflowing(): Promise<string[]> {
    return this.app.evaluate((app) => {
      const edge = app.getBoundingClientRect().right;
      const parts = [...(app.shadowRoot?.querySelectorAll('*') ?? [])] as unknown as Part[];
      return parts
        .map((part) => ({ name: part.localName, over: part.getBoundingClientRect().right - edge }))
        .filter(({ over }) => over > 1)
        .map(({ name, over }) => `${name} ${over}`);
    });
  }

  /** The loudest sample of what is being played now, 0 to 1; 0 before anything is. */
  loudness(): Promise<number> {
    return this.app.locator('rti-player').evaluate((player) => {
      const { analyser } = player as unknown as { analyser: Analyser | null };
      if (!analyser) return 0;
      const samples = new Float32Array(analyser.fftSize);
      analyser.getFloatTimeDomainData(samples);
      return samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    });
  }
}
