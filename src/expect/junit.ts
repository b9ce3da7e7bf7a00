/**
 * Results as JUnit XML, as the reporters of CI systems read it (testmoapp/junitxml names the common part): a suite for each
 * trace, a case for each expectation. A case has the same name whether it holds or not, else the history of a CI system breaks.
 */
import { formatFailure } from './reportText';
import type { CheckKind, CheckReport, CheckResult } from './results';

/** A report as a suite of JUnit. */
export interface JunitSuite extends CheckReport {
  /** Its name, where the trace's file has another one in each build; the trace is told in a property then. */
  suite?: string;
}

/** The XML of one or several reports. Without times: a check of a recording has none worth telling. */
export function junitXml(reports: readonly JunitSuite[]): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="realtime-inspector" ${counts(reports)}>`,
    ...reports.flatMap((report) => [
      `  <testsuite name="${xmlText(report.suite ?? report.trace)}" ${counts([report])} skipped="0">`,
      ...(report.suite === undefined ? [] : properties({ trace: report.trace })),
      ...(report.error === undefined ? [] : unreadable(report.error)),
      ...casesOf(report.results).flatMap(testCase),
      ...besides([...(report.warnings ?? []), ...report.problems]),
      '  </testsuite>',
    ]),
    '</testsuites>',
    '',
  ].join('\n');
}

function besides(lines: readonly string[]): string[] {
  return lines.length > 0 ? [`    <system-err>${xmlText(lines.join('\n'))}</system-err>`] : [];
}

function properties(all: Readonly<Record<string, string>>): string[] {
  const lines = Object.entries(all).map(
    ([name, value]) => `      <property name="${name}" value="${xmlText(value)}"/>`,
  );
  return ['    <properties>', ...lines, '    </properties>'];
}

function counts(reports: readonly CheckReport[]): string {
  const cases = reports.flatMap((report) => casesOf(report.results));
  const errors = reports.filter(({ error }) => error !== undefined).length;
  const failures = cases.filter(({ failed }) => failed.length > 0).length;
  return `tests="${cases.length + errors}" failures="${failures}" errors="${errors}"`;
}

function unreadable(error: string): string[] {
  return [
    '    <testcase classname="realtime-inspector.trace" name="The trace can be held against the expectations">',
    `      <error type="trace" message="${xmlText(error)}"/>`,
    '    </testcase>',
  ];
}

/** An expectation, and what failed of it. */
interface Case {
  check: CheckKind;
  name: string;
  failed: CheckResult[];
}

/** What is about all sessions together: the session told of is where something happened, and may be another next time. */
const OF_ALL: ReadonlySet<CheckKind> = new Set(['latency', 'findings', 'cost']);

/** Results by the expectation they are of: several findings are several results of one. */
function casesOf(results: readonly CheckResult[]): Case[] {
  const cases = new Map<string, Case>();
  for (const one of results) {
    const { check, what, where, path, of = path, passed } = one;
    const session = where.session === '' || OF_ALL.has(check) ? '' : ` (session ${where.session})`;
    const name = `${what}${session}${of === '' ? '' : ` [${of}]`}`;
    // What differs from a recording has no path of its own: each difference is told as a case.
    const key = of === '' ? String(cases.size) : `${check} ${name}`;
    const known = cases.get(key) ?? { check, name, failed: [] };
    if (!passed) known.failed.push(one);
    cases.set(key, known);
  }
  return [...cases.values()];
}

function testCase({ check, name, failed }: Case): string[] {
  const head = `    <testcase classname="realtime-inspector.${xmlText(check)}" name="${xmlText(name)}"`;
  if (failed.length === 0) return [`${head}/>`];
  const message = xmlText(failed.map(({ expected, actual }) => `expected ${expected}; came ${actual}`).join('\n'));
  const text = xmlText(failed.flatMap(formatFailure).join('\n'));
  return [
    `${head}>`,
    `      <failure type="${xmlText(check)}" message="${message}">${text}</failure>`,
    '    </testcase>',
  ];
}

/**
 * A text for XML 1.0, in attributes too. What no XML may hold, not even escaped (https://www.w3.org/TR/xml/#charsets: most control
 * characters, halves of characters), is said with its number.
 */
export function xmlText(text: string): string {
  return text.replace(
    /[&<>"']|[\u0000-\u001f\u007f-\u009f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
    (found) => {
      const code = found.charCodeAt(0);
      if (code === 9 || code === 10 || (code >= 34 && code < 0x7f)) return `&#${code};`;
      return `\\u${code.toString(16).padStart(4, '0')}`;
    },
  );
}
