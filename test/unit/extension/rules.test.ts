import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { isRulesName, RULES_FILES, rulesPath } from '../../../src/extension/rulesPaths';
import { readRulesText } from '../../../src/extension/rulesFile';
import { RulesInForce } from '../../../src/extension/rulesInForce';
import { oneLine } from '../../../src/extension/plainText';
import {
  faultSetNodes,
  inForceText,
  ruleLenses,
  ruleNodes,
  rulesOfSet,
  type RuleNode,
} from '../../../src/extension/rulesText';
import { answerProblem, questionsFor } from '../../../src/extension/ruleQuestions';
import { RULE_STARTERS, startersLike } from '../../../src/extension/ruleStarters';
import { filterLike } from '../../../src/extension/breakpointText';
import { plain } from '../../../src/extension/plainText';
import { compileMessageFilter } from '../../../src/protocol/messageFilter';
import { addRules } from '../../../src/rules/switches';
import { applyEdits } from 'jsonc-parser';
import { startEngine, type Engine } from '../../../src/proxy';
import { FAULT_SETS } from '../../../src/rules/faultSets';
import { parseRules } from '../../../src/rules/ruleFile';
import type { WrittenRule } from '../../../src/rules/written';
import { cleanUp, dist, later, temporaryFolder } from '../fidelity/bed';

afterEach(cleanUp);

interface Bed {
  rules: RulesInForce;
  file: string;
  write(text: string): Promise<void>;
  start(): Promise<Engine>;
  logged: string[];
  failures: string[];
}

/** Rules of a folder, with a real proxy before the simulator when one is started. */
async function bed(text?: string): Promise<Bed> {
  const folder = await temporaryFolder();
  const file = rulesPath([folder], folder, existsSync);
  const logged: string[] = [];
  const failures: string[] = [];
  let engine: Engine | undefined;
  await mkdir(path.dirname(file));
  const write = (now: string) => writeFile(file, now);
  if (text !== undefined) await write(text);
  const rules = new RulesInForce({
    file: () => file,
    read: readRulesText,
    engine: () => engine,
    log: (_level, message) => logged.push(message),
    failed: (message) => failures.push(message),
    now: () => 7,
  });
  const start = async () => {
    const made = await startEngine({
      workers: dist,
      listen: { host: '127.0.0.1', port: 0 },
      allowedHosts: [],
      allowedOrigins: [],
      certificates: path.join(folder, 'certificates'),
      upstream: { kind: 'simulator' },
      simulation: { speed: 50 },
      recording: { on: false, maxTotalBytes: 1e9, file: path.join(folder, 'x.realtime.jsonl') },
      generator: 'test',
    });
    later(() => made.stop());
    await rules.begin(made);
    return (engine = made);
  };
  return { rules, file, write, start, logged, failures };
}

/** The model that the server tells a new session. */
async function greeting(engine: Engine): Promise<unknown> {
  const socket = new WebSocket(`${engine.address.http.replace('http', 'ws')}/realtime?model=m`);
  later(() => socket.terminate());
  const data = await new Promise((resolve, reject) => socket.once('message', resolve).once('error', reject));
  return (JSON.parse(String(data)) as { session: { model: unknown } }).session.model;
}

const modelIs = (model: string) =>
  JSON.stringify({ rules: [{ name: 'Model', match: 'type:session.created', set: { 'session.model': model } }] });

describe('the rules of a window', () => {
  it('are in force from the first session of a proxy on, and counted', async () => {
    const { rules, start } = await bed(modelIs('changed'));
    const engine = await start();
    expect(await greeting(engine)).toBe('changed');
    await expect.poll(() => rules.state.hits).toEqual([1]);
    expect(ruleNodes(rules.state)[0]).toMatchObject({
      label: 'Model',
      description: 'once · set session.model',
      checked: true,
    });
    expect(rules.active).toBe(1);
  });

  it('are taken up again when their file changes, and lifted when it goes', async () => {
    const { rules, start, write, file } = await bed(modelIs('first'));
    const engine = await start();
    await write(modelIs('second'));
    await rules.refresh();
    expect(await greeting(engine)).toBe('second');
    await rm(file);
    await rules.refresh();
    expect(await greeting(engine)).toBe('m');
    expect(rules.state).toMatchObject({ exists: false, rules: [], file });
  });

  it('stay as they were while the file cannot be read, which is told', async () => {
    const { rules, start, write, logged } = await bed(modelIs('first'));
    const engine = await start();
    await write('{ "rules": [');
    await rules.refresh();
    expect(await greeting(engine)).toBe('first');
    expect(rules.state).toMatchObject({ stale: true, exists: true });
    expect(ruleNodes(rules.state).map(({ kind }) => kind)).toEqual(['problem', 'rule', 'faultSets']);
    expect(logged.at(-1)).toMatch(/realtime-rules\.jsonc:1:\d+: /);
    await write(Buffer.of(0xff, 0).toString('latin1'));
    await rules.refresh();
    expect(await greeting(engine)).toBe('first');
    await write(modelIs('again'));
    await rules.refresh();
    expect(rules.state.stale).toBe(false);
    expect(await greeting(engine)).toBe('again');
  });

  it('keep their counts when nothing in the file has changed, and lose them with the proxy', async () => {
    const { rules, start } = await bed(modelIs('x'));
    await greeting(await start());
    await expect.poll(() => rules.state.hits).toEqual([1]);
    await rules.refresh();
    expect(rules.state.hits).toEqual([1]);
    rules.end();
    expect(rules.state.hits).toEqual([]);
  });

  it('that the proxy did not take are said not to be in force, once, until it takes them', async () => {
    const { rules, write, start, failures } = await bed(modelIs('x'));
    const engine = await start();
    expect([rules.active, rules.state.failed]).toEqual([1, '']);
    // Its threads are gone, and nobody has said so yet.
    await engine.stop();
    await write(modelIs('y'));
    await rules.refresh();
    expect(rules.active).toBe(0);
    expect(ruleNodes(rules.state)[0]).toMatchObject({ kind: 'problem', label: 'These rules are not in force' });
    expect(failures).toEqual([
      expect.stringMatching(/^The rules are not in force: .+ Save the rules file to try again\.$/),
    ]);
    rules.end();
    await start();
    expect([rules.active, rules.state.failed]).toEqual([1, '']);
  });

  it('are none where no file may count', async () => {
    const rules = new RulesInForce({
      ...{ file: () => undefined, engine: () => undefined, log: () => undefined, failed: () => undefined },
      read: () => Promise.reject(new Error('must not be read')),
    });
    await rules.refresh();
    expect([rules.active, ruleNodes(rules.state)]).toEqual([0, []]);
  });
});

describe('the view of the rules', () => {
  const nodesOf = async (text: string) => {
    const { rules } = await bed(text);
    await rules.refresh();
    return { nodes: ruleNodes(rules.state), state: rules.state };
  };

  it('has a box for each rule, and says of a wrong one what is wrong', async () => {
    const { nodes } = await nodesOf(
      '{ "rules": [ { "drop": true }, { "drop": true, "enabled": false, "name": "Off" },\n{ "dorp": true, "name": "Bad" } ] }',
    );
    expect(nodes).toMatchObject([
      { kind: 'rule', label: 'drop', checked: true, state: 'on', description: '' },
      { kind: 'rule', label: 'Off', checked: false, state: 'off', description: 'drop' },
      {
        kind: 'rule',
        label: 'Bad',
        state: 'wrong',
        description: 'There is no "dorp" in a rule. Is "drop" meant?',
        place: { line: 2, column: 3 },
      },
      { kind: 'faultSets' },
    ]);
    expect(nodes[2]).not.toHaveProperty('checked');
  });

  it('shows the rules of a fault set below it, without boxes of their own', async () => {
    const { nodes, state } = await nodesOf('{ "faultSets": ["error-storm"] }');
    expect(nodes.map(({ kind }) => kind)).toEqual(['faultSets']);
    const sets = faultSetNodes(state) as (RuleNode & { kind: 'faultSet' })[];
    expect(sets.filter(({ checked }) => checked).map(({ id }) => id)).toEqual(['error-storm']);
    expect(sets).toHaveLength(FAULT_SETS.length);
    const below = rulesOfSet(state, { id: 'error-storm' });
    expect(below).toHaveLength(4);
    expect(below.every((node) => node.kind === 'rule' && node.checked === undefined && node.state === 'on')).toBe(true);
  });

  it('offers to make a file where there is none', async () => {
    const { rules } = await bed();
    await rules.refresh();
    expect(ruleNodes(rules.state).map(({ kind }) => kind)).toEqual(['create', 'faultSets']);
  });

  it('shows names as one line of text, whatever is in them', async () => {
    const name = '<b>x</b>\n\u202e[a](command:x)\u0007'.padEnd(400, 'y');
    const { nodes } = await nodesOf(JSON.stringify({ rules: [{ name, drop: true, description: 'a\u2028b' }] }));
    const node = nodes[0] as RuleNode & { kind: 'rule' };
    expect(node.label).toMatch(/^<b>x<\/b> \[a\]\(command:x\) y+…$/);
    expect(node.label).toHaveLength(120);
    expect(node.tooltip).toBe('drop\n\na b');
    expect(oneLine(' \n ')).toBe('');
  });

  it('says how many rules change traffic', () => {
    expect([inForceText(1), inForceText(2)]).toEqual(['1 rule changes traffic', '2 rules change traffic']);
  });
});

describe('the rules file', () => {
  it('is the first there is in the folders, else where a new one goes', () => {
    const [app, voice] = [path.resolve('/app'), path.resolve('/voice')];
    const yaml = path.join(voice, '.vscode/realtime-rules.yaml');
    expect(rulesPath([app, voice], '/s', (file) => file === yaml)).toBe(yaml);
    expect(rulesPath([app, voice], '/s', () => false)).toBe(path.join(app, '.vscode/realtime-rules.jsonc'));
    expect(rulesPath([], path.resolve('/s'), () => false)).toBe(path.resolve('/s/realtime-rules.jsonc'));
  });

  it.each([
    ...RULES_FILES.map((name): [string, boolean] => [`/a/${name}`, true]),
    ['realtime-rules.jsonc', true],
    ['C:\\x\\mobile.realtime-rules.yml', true],
    ['/a/my-realtime-rules.jsonc', false],
    ['/a/realtime-rules.txt', false],
  ])('%s is one by its name: %s', (name, is) => expect(isRulesName(name)).toBe(is));

  it('has a schema in the manifest for each of its names', () => {
    const manifest = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
      contributes: Record<'jsonValidation' | 'yamlValidation', { fileMatch: string | string[]; url: string }[]>;
    };
    const { jsonValidation, yamlValidation } = manifest.contributes;
    const names = [...jsonValidation, ...yamlValidation]
      .filter(({ url }) => url.endsWith('/rules.schema.json'))
      .flatMap(({ fileMatch }) => fileMatch);
    for (const name of RULES_FILES) expect(names).toContain(path.basename(name));
    expect(names.every((name) => isRulesName(name.replace('*', 'x')))).toBe(true);
  });

  it.each(RULE_STARTERS.map(({ label, rule }) => [label, rule] as const))('may begin with: %s', (_label, rule) => {
    expect(parseRules(JSON.stringify({ rules: [rule] }), 'r.jsonc').problems).toEqual([]);
  });
});

describe('a rule made from an event', () => {
  const HOSTILE = [
    'response.done',
    'a "quoted" \\ type',
    "x' OR type:*",
    '*/ ] } , {"drop": true}',
    '<img src=x onerror=alert(1)>',
    '${match.type} ${newId}',
    '__proto__',
    '../../etc/passwd\n- drop: true',
  ];
  it.each(HOSTILE)('matches its type and side and no other, whatever the type is: %s', (type) => {
    const filter = filterLike(type, 'server', false) ?? '';
    const starters = startersLike(filter, type);
    expect(starters.length).toBeGreaterThan(6);
    for (const [file, begin] of [
      ['r.jsonc', '{\n  // mine\n  "rules": []\n}\n'],
      ['r.yaml', '# mine\nrules: []\n'],
    ] as const)
      for (const { rule } of starters) {
        const text = applyEdits(begin, addRules(begin, file, [rule]));
        const { problems, rules } = parseRules(text, file);
        expect([file, problems]).toEqual([file, []]);
        expect(rules).toHaveLength(1);
        expect(rules[0]?.written?.match).toBe(filter);
        expect(text).toContain('mine');
      }
    const test = compileMessageFilter(filter);
    if (!('sides' in test)) throw new Error('no filter');
    expect(test.sides).toEqual(['server']);
  });

  it('offers what can happen to it: sound is made worse only where there is some', () => {
    const labels = (type: string) =>
      startersLike(`type:${type}`, type)
        .map(({ label }) => label)
        .join();
    expect(labels('response.output_audio.delta')).toContain('audio worse');
    expect(labels('response.output_audio_transcript.delta')).not.toContain('audio worse');
    expect(labels('response.done')).not.toMatch(/audio worse|Refuse the connection/);
    expect(labels('')).not.toMatch(/field/);
    const [set] = startersLike('type:x', 'x');
    expect(set?.rule).toMatchObject({ enabled: false, name: 'Changed field: x' });
  });

  describe('asks for what its action takes', () => {
    const check = (rule: WrittenRule) =>
      parseRules(JSON.stringify({ rules: [rule] }), 'r.json').problems[0]?.message ?? '';
    /** The rule with these answers, in turn; the rest stay as they are offered. */
    const answered = (action: string, type: string, ...answers: string[]) => {
      const starter = startersLike(`type:${type}`, type).find(({ label }) => label.includes(action))!.rule;
      let rule = starter;
      const asked = questionsFor(starter).flatMap((question) => {
        if (question.isAsked?.(rule) === false) return [];
        const text = answers.shift() ?? question.value(rule);
        expect(answerProblem(question, rule, text, check)).toBe('');
        rule = question.answer(rule, text);
        return [question.prompt];
      });
      expect(answers).toEqual([]);
      return { rule, asked: asked.length };
    };

    it.each([
      ['Delay', ['200', '0'], { delay: 200 }],
      ['Delay', ['2500.5', '100'], { delay: 2500.5, jitter: 100 }],
      ['Throttle', ['8000'], { throttle: 8000 }],
      ['Drop', [''], { drop: true }],
      ['Drop', [' 3 '], { drop: true, times: 3 }],
      ['Duplicate', ['4'], { duplicate: 4 }],
      ['Reorder', ['5', '7'], { reorder: 5, probability: 0.07 }],
      ['audio worse', ['29'], { corruptAudio: { with: 'loss', rate: 0.29 } }],
      ['Disconnect', ['1011', '500'], { disconnect: { code: 1011, delay: 500 } }],
      ['Change a field', ['item.role', '"user"'], { set: { 'item.role': 'user' } }],
      ['Change a field', ['/n', '${match.event_id}'], { set: { '/n': '${match.event_id}' } }],
      ['Change a field', [''], { enabled: false, set: { 'path.to.field': 'value' } }],
      ['Remove a field', ['item.content[*].text'], { remove: ['item.content[*].text'] }],
    ])('%s %j', (action, answers, rule) => {
      const type = 'response.output_audio.delta';
      const made = answered(action, type, ...answers);
      expect(made.asked).toBe(answers.length);
      expect(made.rule).toEqual({ name: made.rule.name, match: `type:${type}`, ...rule });
    });

    it('and offers answers that are good as they are, in every rule to begin with', () => {
      for (const starters of [RULE_STARTERS, startersLike('type:session.update', 'session.update')])
        for (const { rule } of starters) {
          let made = rule;
          for (const question of questionsFor(rule)) {
            expect([rule.name, answerProblem(question, made, question.value(made), check)]).toEqual([rule.name, '']);
            made = question.answer(made, question.value(made));
          }
          expect({ ...made, reorder: 3, duplicate: 1 }).toEqual({ ...rule, reorder: 3, duplicate: 1 });
        }
    });

    it.each([
      ['Delay', '-1'],
      ['Delay', 'soon'],
      ['Delay', ''],
      ['Delay', '1e9'],
      ['Throttle', '0'],
      ['Drop', '0'],
      ['Drop', '1.5'],
      ['Duplicate', '0.5'],
      ['Reorder', '0'],
      ['audio worse', '101'],
      ['Disconnect', '12'],
      ['Change a field', 'a..b['],
    ])('and says what is wrong: %s "%s"', (action, text) => {
      const type = 'response.output_audio.delta';
      const { rule } = startersLike(`type:${type}`, type).find(({ label }) => label.includes(action))!;
      const problem = answerProblem(questionsFor(rule)[0]!, rule, text, check);
      expect(problem).toMatch(text === '101' ? /^Give percent/ : /\.$/);
    });
  });
});

it('a notification makes no link of text that others wrote', () => {
  const link = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)\)/i;
  for (const text of ['[Sign in](command:workbench.action.terminal.new)', '[x](FILE:///etc/passwd)', '[[a](https://x)'])
    expect([link.test(text), link.test(plain(text))]).toEqual([true, false]);
  expect(plain('a [list] (of) things[0](x)')).toBe('a [list] (of) things[0] (x)');
});

describe('the lines above the rules in their file', () => {
  const text = (...more: object[]) =>
    JSON.stringify(
      {
        rules: [
          { name: 'Model', match: 'type:session.created', set: { 'session.model': 'x' } },
          { name: 'Quiet', match: 'type:nothing', drop: true },
          { name: 'Off', match: 'type:x', drop: true, enabled: false },
          ...more,
        ],
      },
      null,
      1,
    );
  const shown = (rules: RulesInForce, now: string) =>
    ruleLenses(rules.state, parseRules(now, 'realtime-rules.jsonc'), (ms) => `t${ms}`).map(({ line, title }) => [
      now.split('\n')[line - 1]?.trim() ?? '',
      title,
    ]);

  it('say how often each took part and when last, and have a switch', async () => {
    const { rules, start } = await bed(text());
    expect(rules.running).toBe(false);
    const engine = await start();
    expect(rules.running).toBe(true);
    await greeting(engine);
    await expect.poll(() => rules.state.hits).toEqual([1, 0, 0]);
    expect(shown(rules, text())).toEqual([
      ['"name": "Model",', '$(zap) Took part once, last at t7'],
      ['"name": "Model",', 'Switch Off'],
      ['"name": "Quiet",', '$(zap) Has not taken part yet'],
      ['"name": "Quiet",', 'Switch Off'],
      ['"name": "Off",', '$(circle-slash) Off'],
      ['"name": "Off",', 'Switch On'],
    ]);
    rules.end();
    expect([rules.running, rules.state.last]).toEqual([false, []]);
  });

  it('say which is out of force and why, beside a way to try it again; so does the view', async () => {
    const slow = { name: 'Slow', match: '/(\\w+)+§/ from:server', drop: true };
    const { rules, write, start } = await bed(text(slow));
    await expect(rules.tryAgain()).rejects.toThrow('No proxy runs');
    const engine = await start();
    expect(rules.active).toBe(3);
    await greeting(engine);
    await expect.poll(() => rules.state.out).toEqual(['', '', '', expect.stringContaining('took longer than 50 ms')]);
    expect(rules.active).toBe(2);
    const lines = shown(rules, text(slow)).filter(([at]) => at === '"name": "Slow",');
    expect(lines.map(([, title]) => title)).toEqual([
      expect.stringMatching(/^\$\(warning\) Out of force: The expression /),
      'Try Again',
      'Switch Off',
    ]);
    expect(ruleNodes(rules.state)[3]).toMatchObject({
      state: 'out',
      checked: true,
      description: expect.stringMatching(/^out of force: The expression .+ · drop$/) as string,
    });
    await rules.tryAgain();
    expect([rules.active, rules.state.out]).toEqual([3, []]);
    await greeting(engine);
    await expect.poll(() => rules.active).toBe(2);
    await write(text());
    await rules.refresh();
    expect([rules.active, rules.state.out]).toEqual([2, []]);
    expect(ruleNodes(rules.state).some((node) => node.kind === 'rule' && node.state === 'out')).toBe(false);
  });

  it('say of a text that is not on disk what it is not', async () => {
    const { rules, start } = await bed(text());
    await start();
    expect(shown(rules, text({ name: 'New', drop: true }, { name: 'Wrong', dely: 5 })).slice(-2)).toEqual([
      ['"name": "New",', '$(circle-outline) Counts when it is saved'],
      ['"name": "Wrong",', '$(error) Left out: there is a mistake in it'],
    ]);
    expect(shown(rules, '{ "rules": [')).toEqual([['{ "rules": [', '$(error) The rules of before are in force']]);
    expect(shown(rules, text().replace('{', '{ "enabled": false,'))).toEqual([
      ['{ "enabled": false,', '$(circle-slash) All rules are off: Switch On'],
    ]);
  });

  it('say that none of them is in force which the proxy did not take', async () => {
    const { rules, write, start } = await bed(text());
    const engine = await start();
    await engine.stop();
    await write(modelIs('y'));
    await rules.refresh();
    expect(shown(rules, modelIs('y')).map(([, title]) => title)).toEqual(['$(error) These rules are not in force']);
  });

  it('show a hostile name nowhere but where it stands', async () => {
    const name = '$(sync~spin) [x](command:workbench.action.quit)\u202e';
    const hostile = JSON.stringify({ rules: [{ name, match: 'type:session.created', delay: 1 }] });
    const { rules, start } = await bed(hostile);
    await start();
    expect(JSON.stringify(shown(rules, hostile).map(([, title]) => title))).not.toContain('command:');
  });
});
