/** Files of expectations in the editor: marked with what the `check` command has against them. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { parseExpectations } from '../../src/expect/expectationFile';
import { api, extension, restore, temporary, until } from './support';

const YAML = `turns: { min: -1 }
ladderr: [session.created]
transcripts:
  - { turn: 1, user: '/(/' }
findings: { atMost: info, except: [late-transcrip] }
`;
const JSONC = `{
  "turns": { "min": -1 },
  "ladderr": ["session.created"],
  "transcripts": [{ "turn": 1, "user": "/(/" }],
  "findings": { "atMost": "info", "except": ["late-transcrip"] }
}
`;

describe('a file of expectations', () => {
  before(api);
  afterEach(restore);

  it('wakes the extension where a workspace has one', () => {
    const { activationEvents } = extension().packageJSON as { activationEvents: string[] };
    for (const end of ['json', 'jsonc', 'yaml', 'yml'])
      assert.ok(activationEvents.includes(`workspaceContains:**/*.expectations.${end}`), end);
  });

  it('has an event type that nobody knows marked as a warning', async () => {
    const file = path.join(temporary(), 'types.expectations.yaml');
    writeFileSync(file, 'never: [eror]\n');
    const uri = vscode.Uri.file(file);
    await vscode.window.showTextDocument(uri);
    const [mark] = await until('the mark', () => {
      const marks = vscode.languages.getDiagnostics(uri);
      return marks.length > 0 ? marks : undefined;
    });
    assert.equal(mark?.severity, vscode.DiagnosticSeverity.Warning);
    assert.match(mark?.message ?? '', /"eror"/);
  });

  for (const [name, text, lines] of [
    ['weather.expectations.yaml', YAML, [0, 1, 3, 4]],
    ['weather.expectations.jsonc', JSONC, [1, 2, 3, 4]],
  ] as const)
    it(`has all that is wrong marked in ${name}, and nothing when it is set right`, async () => {
      const file = path.join(temporary(), name);
      writeFileSync(file, text);
      const uri = vscode.Uri.file(file);
      const document = await vscode.workspace.openTextDocument(uri);
      await vscode.window.showTextDocument(document);
      const marked = (): number[] => [
        ...new Set(vscode.languages.getDiagnostics(uri).map(({ range }) => range.start.line)),
      ];
      const wanted = parseExpectations(text, file).problems.map(({ line }) => line - 1);
      assert.deepEqual(wanted, lines);
      await until('a mark for each of them', () => wanted.every((line) => marked().includes(line)));
      const own = vscode.languages.getDiagnostics(uri).filter(({ source }) => source === 'Realtime Inspector');
      assert.match(own.map(({ message }) => message).join('\n'), /Is "late-transcript" meant\?/);
      assert.match(own.map(({ message }) => message).join('\n'), /Invalid regular expression/);

      const whole = new vscode.Range(0, 0, document.lineCount, 0);
      const edit = new vscode.WorkspaceEdit();
      edit.replace(uri, whole, name.endsWith('yaml') ? 'turns: 1\n' : '{ "turns": 1 }\n');
      await vscode.workspace.applyEdit(edit);
      await until('no mark', () => marked().length === 0);
      await document.save();
    });
});
