/** Files of other programs taken in and traces handed on by the commands, as a person chooses. */
import assert from 'node:assert/strict';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { answering, logged, run, until } from './support';

describe('files of other programs', () => {
  let folder = '';
  let har = '';
  const made: string[] = [];
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'exchange-'));
    har = path.join(folder, 'browser.har');
    const message = (type: string, at: number, event: object) => ({
      type,
      time: 1_783_425_600 + at,
      opcode: 1,
      data: JSON.stringify(event),
    });
    const entry = {
      _resourceType: 'websocket',
      _webSocketMessages: [
        message('receive', 0, { type: 'session.created', session: { id: 'sess_1', model: 'm' } }),
        message('send', 1, { type: 'response.create' }),
      ],
      startedDateTime: '2026-07-07T12:00:00.000Z',
      time: 1,
      request: { method: 'GET', url: 'wss://api.openai.com/v1/realtime?model=m', headers: [] },
      response: { status: 101, headers: [] },
      timings: {},
    };
    writeFileSync(har, JSON.stringify({ log: { creator: { name: 'WebInspector', version: '1' }, entries: [entry] } }));
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
    for (const file of made) rmSync(file, { force: true });
  });

  it('are opened as traces, with a report of what they lack', async () => {
    let said = '';
    const answer = (text: string, ...buttons: string[]) => {
      said = text;
      return buttons[0];
    };
    const recordings = path.join(vscode.workspace.workspaceFolders![0]!.uri.fsPath, '.realtime');
    rmSync(recordings, { recursive: true, force: true });
    await answering('showInformationMessage', answer, () => run('importTrace', vscode.Uri.file(har)));
    assert.equal(readFileSync(path.join(recordings, '.gitignore'), 'utf8'), '*\n');
    assert.match(said, /^Imported 2 messages of 1 session\. The report has \d remarks/);
    const report = vscode.window.activeTextEditor?.document;
    assert.equal(report?.uri.scheme, 'realtime-inspector-report');
    const text = report?.getText() ?? '';
    assert.match(text, /Not carried over\n[^]*how a connection ended\.\n/);
    const trace = / is (.*\.realtime\.jsonl)\./.exec(text)?.[1] ?? '';
    made.push(trace);
    assert.match(readFileSync(trace, 'utf8'), /"type":"response\.create"/);
    await until('the trace is open', () =>
      vscode.window.tabGroups.all.some(({ tabs }) =>
        tabs.some(({ input }) => input instanceof vscode.TabInputCustom && input.uri.fsPath === trace),
      ),
    );
  });

  it('are made of traces', async () => {
    const out = path.join(folder, 'out.csv');
    const [trace = ''] = made;
    const choose = (items: vscode.QuickPickItem[]) => items.find(({ label }) => label.includes('CSV'));
    const logs = logged().length;
    let asked: unknown[][] = [];
    await answering('showQuickPick', choose, () =>
      answering('showSaveDialog', vscode.Uri.file(out), async () => {
        asked = await answering('showInformationMessage', 'Open', () => run('exportTrace', vscode.Uri.file(trace)));
      }),
    );
    assert.match(readFileSync(out, 'utf8'), /^session,turn,began_by/);
    const [message, ...buttons] = asked[0] ?? [];
    assert.match(String(message), /^Wrote out\.csv\. Not carried over: [^;]+(; [^;]+(; \d+ more in the log)?)?\.$/);
    assert.deepEqual(buttons, ['Open', 'Reveal', 'Show Report']);
    const lines = logged().slice(logs);
    assert.ok(lines.some((line) => /not carried over to out\.csv: /.test(line)));
    await until('the file is open', () => vscode.window.activeTextEditor?.document.uri.fsPath === out);
  });

  /** A HAR of many seconds of sound, about as many bytes as it is told. */
  function largeHar(bytes: number): string {
    const file = path.join(folder, `large.har`);
    const [before, after] = readFileSync(har, 'utf8').split('"_webSocketMessages":[');
    const audio = Buffer.alloc(4800, 7).toString('base64');
    const out = openSync(file, 'w');
    writeSync(out, `${before}"_webSocketMessages":[`);
    let at = 0;
    for (let written = 0; written < bytes; at += 0.1) {
      const message = {
        type: 'send',
        time: 1_783_425_600 + at,
        opcode: 1,
        data: JSON.stringify({ type: 'input_audio_buffer.append', audio }),
      };
      written += writeSync(out, `${JSON.stringify(message)},`);
    }
    writeSync(out, after ?? '');
    closeSync(out);
    return file;
  }
  type Progress = vscode.Progress<{ message?: string; increment?: number }>;
  /** Looks on at the real notification while `work` runs, and stops it, as its button does, when so many percent are done. */
  async function underWay(work: () => PromiseLike<unknown>, stopAt = Infinity) {
    const seen = { title: '', cancellable: false, shares: [] as number[], done: 0 };
    const window = vscode.window as { withProgress: unknown };
    const real = vscode.window.withProgress.bind(vscode.window);
    window.withProgress = (
      options: vscode.ProgressOptions,
      task: (progress: Progress, token: vscode.CancellationToken) => Thenable<unknown>,
    ) => {
      seen.title = options.title ?? '';
      seen.cancellable = options.cancellable === true;
      return real(options, (progress, token) => {
        const stop = new vscode.CancellationTokenSource();
        token.onCancellationRequested(() => stop.cancel());
        const report: Progress['report'] = (step) => {
          progress.report(step);
          seen.shares.push(step.increment ?? 0);
          seen.done += step.increment ?? 0;
          if (seen.done >= stopAt) stop.cancel();
        };
        return task({ report }, stop.token);
      });
    };
    try {
      await work();
      return seen;
    } finally {
      window.withProgress = real;
    }
  }

  it('of 50 MB say how far they are, and leave nothing behind when they are stopped', async () => {
    const large = largeHar(50_000_000);
    assert.ok(statSync(large).size > 50_000_000);
    const traces = path.dirname(made[0] ?? '');
    const before = readdirSync(traces).sort();
    const said: string[] = [];
    const answer = (text: string) => void said.push(text);
    const work = () => answering('showInformationMessage', answer, () => run('importTrace', vscode.Uri.file(large)));
    const stopped = await underWay(work, 30);
    assert.equal(stopped.title, 'Importing large.har');
    assert.equal(stopped.cancellable, true);
    assert.ok(stopped.done >= 30 && stopped.done < 100, `${stopped.done} percent were done`);
    assert.deepEqual(readdirSync(traces).sort(), before);
    assert.deepEqual(said, []);

    const whole = await underWay(work);
    assert.ok(whole.shares.length > 5, `told ${whole.shares.length} times`);
    assert.ok(whole.shares.every((share) => share >= 0));
    // The last steps come too fast to be told.
    assert.ok(whole.done > 70 && whole.done < 100.5, `${whole.done} percent at the end`);
    assert.match(said.join(), /^Imported [\d,]+ messages of 1 session/);
    const [trace = ''] = readdirSync(traces).filter((name) => !before.includes(name));
    made.push(path.join(traces, trace));
    assert.equal(trace, 'large.realtime.jsonl');
    assert.equal(readdirSync(traces).length, before.length + 1);
  });

  it('are proposed a free name, and go over another where the user said so, but over no trace', async () => {
    const trace = path.join(folder, 'again.realtime.jsonl');
    writeFileSync(trace, readFileSync(made[0] ?? ''));
    const choose = (items: vscode.QuickPickItem[]) => items.find(({ label }) => label.includes('CSV'));
    const save = (file: string) =>
      answering('showQuickPick', choose, async () => {
        const asked = await answering('showSaveDialog', vscode.Uri.file(file), () =>
          answering('showInformationMessage', undefined, () => run('exportTrace', vscode.Uri.file(trace))),
        );
        proposed = (asked[0]?.[0] as vscode.SaveDialogOptions).defaultUri?.fsPath ?? '';
      });
    let proposed = '';
    const out = path.join(folder, 'again.csv');
    writeFileSync(out, 'mine');
    await save(out);
    assert.equal(proposed, path.join(folder, 'again-2.csv'));
    assert.match(readFileSync(out, 'utf8'), /^session,turn,began_by/);

    const before = readFileSync(trace, 'utf8');
    const said = await answering('showErrorMessage', undefined, () => save(trace));
    assert.match(String(said[0]?.[0]), /not written over/);
    assert.equal(readFileSync(trace, 'utf8'), before);
  });

  it('are sound of a range, which is asked for', async () => {
    const trace = path.join(folder, 'sound.realtime.jsonl');
    const audio = Buffer.alloc(24_000, 1).toString('base64');
    const at = { session: 's1', t: 100, sent: 100, from: 'client', bytes: 100 };
    const lines = [
      {
        kind: 'trace',
        version: 1,
        id: 'sound',
        startedAt: '2026-11-20T21:00:00.000Z',
        generator: 'test/1',
      },
      {
        kind: 'open',
        session: 's1',
        t: 0,
        url: 'ws://127.0.0.1/v1/realtime',
        headers: {},
        subprotocols: [],
        status: 101,
        upstream: 'ws://127.0.0.1/',
      },
      {
        kind: 'event',
        seq: 1,
        ...at,
        t: 1000,
        sent: 1000,
        type: 'input_audio_buffer.append',
        event: { type: 'input_audio_buffer.append', audio },
      },
    ];
    writeFileSync(trace, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    const out = path.join(folder, 'part.wav');
    const choose = (items: vscode.QuickPickItem[]) => items.find(({ label }) => label === 'Input');
    let said = '';
    let saved: unknown;
    await answering('showQuickPick', choose, () =>
      answering('showSaveDialog', vscode.Uri.file(out), () =>
        answering(
          'showInformationMessage',
          (text: string) => {
            said = text;
            return undefined;
          },
          async () => {
            saved = await run('exportTrace', vscode.Uri.file(trace), { from: 600, to: 900, sessions: ['s1'] });
          },
        ),
      ),
    );
    assert.equal(saved, out);
    assert.match(said, /^Wrote part\.wav\./);
    // 300 ms of 24 kHz and 16 bit, behind a header.
    assert.equal(readFileSync(out).length, 44 + 300 * 48);
  });

  it('are not sent before they were seen', async () => {
    const [trace = ''] = made;
    let asked = '';
    await answering(
      'showQuickPick',
      (items: vscode.QuickPickItem[]) => items.find(({ label }) => /OTLP|Without/.test(label)),
      () =>
        answering('showInputBox', 'http://127.0.0.1:9', () =>
          answering(
            'showInformationMessage',
            (text: string) => {
              asked = text;
              return undefined;
            },
            () => run('exportTrace', vscode.Uri.file(trace)),
          ),
        ),
    );
    assert.match(
      asked,
      /would be sent to http:\/\/127\.0\.0\.1:9\/v1\/traces: 1 span, and metrics\. Nothing has been sent yet/,
    );
    assert.match(vscode.window.activeTextEditor?.document.getText() ?? '', /"resourceSpans"/);
    assert.equal(existsSync(trace), true);
  });
});
