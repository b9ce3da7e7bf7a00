/**
 * Results as JUnit XML, as the reporters of CI systems read it (testmoapp/junitxml names the common part): a suite for each
 * trace, a case for each expectation.
 */
import { formatFailure, whereWords } from './reportText';
import type { CheckReport, CheckResult } from './results';

/** The XML of one or several reports. Without times: a check of a recording has none worth telling. */
export function junitXml(reports: readonly CheckReport[]): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="realtime-inspector" ${counts(reports)}>`,
    ...reports.flatMap((report) => [
      `  <testsuite name="${xmlText(report.trace)}" ${counts([report])} skipped="0">`,
      ...(report.error === undefined ? [] : unreadable(report.error)),
      ...report.results.flatMap(testCase),
      ...(report.problems.length > 0 ? [`    <system-err>${xmlText(report.problems.join('\n'))}</system-err>`] : []),
      '  </testsuite>',
    ]),
    '</testsuites>',
    '',
  ].join('\n');
}

function counts(reports: readonly CheckReport[]): string {
  const results = reports.flatMap((report) => report.results);
  const errors = reports.filter(({ error }) => error !== undefined).length;
  const failures = results.filter(({ passed }) => !passed).length;
  return `tests="${results.length + errors}" failures="${failures}" errors="${errors}"`;
}

function unreadable(error: string): string[] {
  return [
    '    <testcase classname="realtime-inspector.trace" name="The trace can be held against the expectations">',
    `      <error type="trace" message="${xmlText(error)}"/>`,
    '    </testcase>',
  ];
}

function testCase(result: CheckResult): string[] {
  const { check, what, where, path, passed, expected, actual } = result;
  const place = whereWords(where);
  const name = `${what}${place === '' ? '' : ` (${place})`}${path === '' ? '' : ` [${path}]`}`;
  const head = `    <testcase classname="realtime-inspector.${xmlText(check)}" name="${xmlText(name)}"`;
  if (passed) return [`${head}/>`];
  const message = xmlText(`expected ${expected}; came ${actual}`);
  const text = xmlText(formatFailure(result).join('\n'));
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
