import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { Client, eventsOf, linesOf, restore, run, start, trees, until } from './support';

describe('breakpoints', () => {
  afterEach(async () => {
    await run('releaseAllHeld').then(undefined, () => undefined);
    await run('removeBreakpoints');
    await restore();
  });

  const line = async () => (await linesOf('breakpoints'))[0]!;
  const { Checked, Unchecked } = vscode.TreeItemCheckboxState;

  it('hold while their box is ticked, and say how often', async () => {
    const { http, file } = await start({ 'simulator.speed': 50 });
    await run('addBreakpoint', 'type:response.create from:client');
    const client = await Client.connect(http);
    await client.wait('session.created');
    client.send({ type: 'response.create', response: { output_modalities: ['text'] } });
    await until('the hold', () => eventsOf(file).some(({ fate }) => fate === 'held'));
    await until('the count', async () => String((await line()).item.description).startsWith('1 hit'));
    assert.equal((await line()).item.checkboxState, Checked);
    await run('releaseAllHeld');
    await client.wait('response.done');
    trees()
      .get('breakpoints')!
      .pretendToClick((await line()).node, false);
    await until('the box', async () => (await line()).item.checkboxState === Unchecked);
    // The command ends when the proxy has all that was set before it.
    await run('addBreakpoint', 'type:none.such');
    client.received.splice(0);
    client.send({ type: 'response.create', response: { output_modalities: ['text'] } });
    await client.wait('response.done');
    assert.equal(eventsOf(file).filter(({ fate }) => fate === 'held').length, 1);
    trees()
      .get('breakpoints')!
      .pretendToClick((await line()).node, true);
    await until('the box', async () => (await line()).item.checkboxState === Checked);
    await client.close();
  });

  it('show a hostile filter as it stands, on one line', async () => {
    await run('addBreakpoint', 'type:"$(sync~spin) [x](command:workbench.action.quit)\u202e"');
    const { item } = await line();
    assert.equal(item.label, 'type:"$(sync~spin) [x](command:workbench.action.quit) "');
    assert.equal(typeof item.tooltip, 'string', 'a tooltip in Markdown would be read for links');
    await run('addBreakpoint', `type:${'x'.repeat(1900)}`);
    const [, long] = await linesOf('breakpoints');
    assert.ok(String(long!.item.label).length <= 120);
  });
});
