// Turns the cells of a run into Markdown. Every ratio is made within one round first, then the median is taken.
import { median } from './stats.mjs';

const fmt = (v, d = 0) =>
  v == null || !Number.isFinite(v) ? '–' : v >= 1e5 ? `${(v / 1000).toFixed(0)}k` : v.toFixed(d);

export function report(r) {
  const cellsOf = (name) => r.cells.filter((c) => c.topology === name);
  const base = (round, name = 'direct') => r.cells.find((c) => c.topology === name && c.round === round);
  const at = (c, path) => path.split('.').reduce((o, k) => o?.[k], c);
  const med = (name, path) => median(cellsOf(name).map((c) => at(c, path)));
  const span = (name, path, d) => {
    const a = cellsOf(name)
      .map((c) => at(c, path))
      .filter((v) => v != null);
    return a.length ? `${fmt(median(a), d)} [${fmt(Math.min(...a), d)}–${fmt(Math.max(...a), d)}]` : '–';
  };
  /** median over rounds of f(mine, reference) within the same round */
  const paired = (name, path, f, ref = 'direct') =>
    median(
      cellsOf(name).map((c) => {
        const mine = at(c, path),
          theirs = at(base(c.round, ref), path);
        return mine == null || theirs == null ? null : f(mine, theirs);
      }),
    );
  const ratio = (name, path, ref) => paired(name, path, (a, b) => a / b, ref);
  const plus = (name, path) => paired(name, path, (a, b) => a - b);
  const names = r.topologies.map((t) => t.name);
  const table = (head, row) =>
    [
      `| ${head.join(' | ')} |`,
      `|${head.map((_, i) => (i ? '---:' : '---')).join('|')}|`,
      ...names.map((n) => `| ${[n, ...row(n)].join(' | ')} |`),
    ].join('\n');
  const added = (n, path) => (n === 'direct' ? '0' : fmt(plus(n, path)));
  const x = (n, path, d = 2) => (n === 'direct' ? '1' : fmt(ratio(n, path), d));

  const ends = (a, d) =>
    a.length ? `${fmt(median(a), d)} [${fmt(Math.min(...a), d)}–${fmt(Math.max(...a), d)}]` : '–';
  const xr = (n, path) =>
    n === r.ref
      ? '1'
      : ends(
          cellsOf(n)
            .map((c) => at(c, path) / at(base(c.round, r.ref), path))
            .filter(Number.isFinite),
          2,
        );
  const addedRatio = (n, path) =>
    n === r.ref
      ? '1'
      : n === 'direct'
        ? '0'
        : ends(
            cellsOf(n)
              .map((c) => {
                const d = at(base(c.round), path),
                  mine = at(c, path),
                  theirs = at(base(c.round, r.ref), path);
                return d == null || mine == null || theirs == null ? NaN : (mine - d) / (theirs - d);
              })
              .filter(Number.isFinite),
            2,
          );

  const latency = (k) =>
    table(
      [
        'topology',
        'small RTT p50 µs [min–max]',
        'added p50',
        '×direct',
        'small RTT p99',
        'added p99',
        '8 KB one-way p50 µs',
        'added p50',
        '×direct',
        '8 KB one-way p99',
        'added p99',
      ],
      (n) => [
        span(n, `phases.${k}.rtt.p50`),
        added(n, `phases.${k}.rtt.p50`),
        x(n, `phases.${k}.rtt.p50`),
        fmt(med(n, `phases.${k}.rtt.p99`)),
        added(n, `phases.${k}.rtt.p99`),
        fmt(med(n, `phases.${k}.delta.p50`)),
        added(n, `phases.${k}.delta.p50`),
        x(n, `phases.${k}.delta.p50`),
        fmt(med(n, `phases.${k}.delta.p99`)),
        added(n, `phases.${k}.delta.p99`),
      ],
    );
  const pooledTable = table(
    [
      'topology',
      '1 session RTT p50/p90/p99 (n)',
      '1 session 8 KB p50/p90/p99 (n)',
      '20 sessions RTT p50/p90/p99 (n)',
      '20 sessions 8 KB p50/p90/p99 (n)',
    ],
    (n) =>
      ['paced1', 'paced20'].flatMap((k) =>
        ['rtt', 'delta'].map((m) => {
          const p = r.pooled[n]?.[k]?.[m];
          return p ? `${fmt(p.p50)}/${fmt(p.p90)}/${fmt(p.p99)} (${p.n})` : '–';
        }),
      ),
  );
  const errors = r.cells.flatMap((c) => c.errors.map((e) => `- round ${c.round}, ${c.topology}: ${e}`));
  const p = Object.fromEntries(r.phases.map((q) => [q.key, q.args]));

  return `# WebSocket proxy baselines

${r.when}; ${r.cpus} CPUs (${r.cpu}), Linux ${r.kernel}; harness Node ${r.harnessNode}, JS proxies on ${r.proxyNode}; ${r.rounds} interleaved rounds in ${r.seconds.toFixed(0)} s${r.cut ? ' (cut short by the time budget)' : ''}.
Medians over rounds; "added" and "×direct" are made against *direct* in the same round, then the median is taken.

${r.topologies.map((t) => `- **${t.name}**: ${t.about}${t.records ? ` — records: ${t.records}` : ''}`).join('\n')}

## (a) Latency, 1 session (${p.paced1.smallHz} small events/s echoed + ${p.paced1.deltaHz} audio deltas/s of 8 KB)

${latency('paced1')}

## (a) Latency, ${p.paced20.sessions} sessions (the same rates in each: ${p.paced20.sessions * (2 * p.paced20.smallHz + p.paced20.deltaHz)} messages/s through the proxy)

${latency('paced20')}

## (a) Latency pooled over all rounds, µs

${pooledTable}

## (b) Throughput, one connection, windowed flood (cheap endpoints: prebuilt frames, header-only parsing)

${table(
  [
    'topology',
    '300 B down msgs/s [min–max]',
    '×direct',
    '8 KB down MB/s',
    '×direct',
    '1 MiB down MB/s',
    '×direct',
    '8 KB up MB/s',
    '×direct',
  ],
  (n) => [
    span(n, 'phases.down300.perSec'),
    x(n, 'phases.down300.perSec', 3),
    ...['down8k', 'down1M', 'up8k'].flatMap((k) => [fmt(med(n, `phases.${k}.MBps`)), x(n, `phases.${k}.MBps`, 3)]),
  ],
)}

## (c) Proxy CPU and memory (process tree)

${table(
  [
    'topology',
    'CPU s/100k msgs: 300 B flood',
    '8 KB flood',
    '8 KB up flood',
    'paced mix, 20 sessions',
    '% of a core, 20 sessions',
    '% of a core, 1 session',
    'peak RSS MiB: idle',
    'paced',
    'after floods',
    'recorded MB',
    'start ms',
    'connect ms (20 at once)',
  ],
  (n) => [
    ...['down300', 'down8k', 'up8k', 'paced20'].map((k) => fmt(med(n, `phases.${k}.cpuSecPer100k`), 2)),
    fmt(med(n, 'phases.paced20.cpuPct'), 1),
    fmt(med(n, 'phases.paced1.cpuPct'), 1),
    fmt(med(n, 'rssStart')),
    fmt(med(n, 'rssPaced')),
    fmt(med(n, 'rssAll')),
    fmt(med(n, 'recordedMB')),
    n === 'direct' ? '–' : fmt(med(n, 'startMs')),
    fmt(med(n, 'phases.paced20.connectMs')),
  ],
)}

## Ratios against ${r.ref} in the same round

1 = as ${r.ref}; median [min–max over rounds]: a narrow span is what a goal can be tied to. For latency, CPU and memory lower is better; for throughput higher is better. "Added latency" divides what each proxy adds over *direct*.

${table(
  [
    'topology',
    'added RTT p50, 20 s.',
    'added 8 KB one-way p50, 20 s.',
    'RTT p99, 20 s.',
    '300 B msgs/s',
    '8 KB down MB/s',
    '1 MiB down MB/s',
    '8 KB up MB/s',
    'CPU/msg paced',
    'CPU/msg 300 B flood',
    'CPU/msg 8 KB flood',
    'peak RSS after floods',
  ],
  (n) => [
    addedRatio(n, 'phases.paced20.rtt.p50'),
    addedRatio(n, 'phases.paced20.delta.p50'),
    xr(n, 'phases.paced20.rtt.p99'),
    xr(n, 'phases.down300.perSec'),
    xr(n, 'phases.down8k.MBps'),
    xr(n, 'phases.down1M.MBps'),
    xr(n, 'phases.up8k.MBps'),
    xr(n, 'phases.paced20.cpuSecPer100k'),
    xr(n, 'phases.down300.cpuSecPer100k'),
    xr(n, 'phases.down8k.cpuSecPer100k'),
    xr(n, 'rssAll'),
  ],
)}

${goalTable(r)}
## (d) One 15 MiB client event, and what it does to a second session

${table(
  ['topology', 'delivered after ms [min–max]', 'added ms', '×direct', 'worst small RTT beside it, ms', 'added ms'],
  (n) => [
    span(n, 'phases.big.ms'),
    added(n, 'phases.big.ms'),
    x(n, 'phases.big.ms'),
    fmt(med(n, 'phases.big.stallMs'), 1),
    n === 'direct' ? '0' : fmt(plus(n, 'phases.big.stallMs'), 1),
  ],
)}

## Load generator check

Machine speed: a fixed piece of single-threaded work before each phase took ${fmt(median(r.calib), 1)} ms [${fmt(Math.min(...r.calib), 1)}–${fmt(Math.max(...r.calib), 1)}] (${r.calib.length} times): that spread is noise of the machine, and absolute numbers of different runs differ at least as much.

Lateness of sends p99 (µs; should be alike in every row), generator CPU as a share of wall time in the 300 B flood (2 processes, 2 cores = 200 %).

${table(
  [
    'topology',
    'send lag p99, 1 session',
    '20 sessions',
    'generator CPU % in 300 B flood',
    'proxy CPU % in 300 B flood',
    'CPU steal % (worst phase)',
  ],
  (n) => [
    fmt(med(n, 'phases.paced1.sendLag.p99')),
    fmt(med(n, 'phases.paced20.sendLag.p99')),
    fmt(
      median(
        cellsOf(n).map((c) => c.phases.down300 && (100 * c.phases.down300.generatorCpuMs) / c.phases.down300.wallMs),
      ),
    ),
    fmt(median(cellsOf(n).map((c) => c.phases.down300 && (100 * c.phases.down300.cpuMs) / c.phases.down300.wallMs))),
    fmt(Math.max(...cellsOf(n).map((c) => c.stealPct ?? 0)), 1),
  ],
)}

## Failures

${errors.length ? errors.join('\n') : 'none'}
`;
}

/** What the proxy is held to, against the simple recording relay in the same rounds. */
const GOALS = [
  { what: 'CPU per paced message, 20 sessions', path: 'phases.paced20.cpuSecPer100k', most: 1.0 },
  { what: '300 B down, messages/s', path: 'phases.down300.perSec', least: 1.2 },
  { what: '8 KB down, MB/s', path: 'phases.down8k.MBps', least: 1.0 },
  { what: '8 KB up, MB/s', path: 'phases.up8k.MBps', least: 1.2 },
  { what: 'stall that one 15 MiB event adds to another session', path: 'phases.big.stallMs', most: 0.1, added: true },
];

/** The goals with the median over rounds of the ratio made within each round; empty when either proxy did not run. */
export function goals(r, name = 'realtime-inspector', ref = 'ws-relay-record') {
  const at = (c, path) => path.split('.').reduce((o, k) => o?.[k], c);
  const cell = (topology, round) => r.cells.find((c) => c.topology === topology && c.round === round);
  return GOALS.flatMap((goal) => {
    const ratios = r.cells
      .filter((c) => c.topology === name)
      .map((c) => {
        // What is added counts over the direct connection: both carry that one's own share.
        const zero = goal.added ? at(cell('direct', c.round) ?? {}, goal.path) : 0;
        return (at(c, goal.path) - zero) / (at(cell(ref, c.round) ?? {}, goal.path) - zero);
      })
      .filter(Number.isFinite);
    if (ratios.length === 0) return [];
    const value = median(ratios);
    const met = goal.most === undefined ? value >= goal.least : value <= goal.most;
    const wanted = goal.most === undefined ? `at least ${goal.least}` : `at most ${goal.most}`;
    return [{ what: goal.what, value, met, wanted, from: Math.min(...ratios), to: Math.max(...ratios) }];
  });
}

function goalTable(r) {
  const rows = goals(r);
  if (rows.length === 0) return '';
  return `## Goals of realtime-inspector against ws-relay-record

| | ratio [min–max over rounds] | wanted | met |
|---|---:|---:|---|
${rows.map((g) => `| ${g.what} | ${g.value.toFixed(2)} [${g.from.toFixed(2)}–${g.to.toFixed(2)}] | ${g.wanted} | ${g.met ? 'yes' : '**no**'} |`).join('\n')}
`;
}
