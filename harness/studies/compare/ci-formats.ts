/**
 * A comparison in the two forms that CI systems show: JUnit XML, with one test case for each check and each measure, and workflow
 * commands, which GitHub shows beside a pull request.
 */
import type { Comparison } from './comparison.ts';
import { exactText, headline, measureText } from './words.ts';

/** JUnit XML: what is worse is a failure, what can't be told is skipped. Measures that decide nothing are skipped too. */
export function junitXml({ exact, measures, measuresCount, scenario, seed }: Comparison): string {
  const cases = [
    ...exact.map(({ name, ok, detail }) => testCase('exact', name, ok ? '' : failure(`${name}: ${detail}`))),
    ...measures.map((measure) => {
      const text = measureText(measure);
      if (!measuresCount) return testCase('measure', measure.label, skipped(`shown only: ${text}`));
      if (measure.answer === 'worse') return testCase('measure', measure.label, failure(text));
      if (measure.answer === 'unclear') return testCase('measure', measure.label, skipped(`can't tell: ${text}`));
      return testCase('measure', measure.label, `<system-out>${escapeXml(text)}</system-out>`);
    }),
  ];
  const count = (tag: string): number => cases.filter((text) => text.includes(`<${tag} `)).length;
  const totals = `tests="${cases.length}" failures="${count('failure')}" skipped="${count('skipped')}"`;
  const name = escapeXml(`hundredblock compare ${scenario}, seed ${seed}`);
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites ${totals}>
<testsuite name="${name}" ${totals} errors="0">
${cases.join('\n')}
</testsuite>
</testsuites>
`;
}

/**
 * GitHub's workflow commands, one a line: errors for what is worse, warnings for what can't be told, and a notice unless something is
 * worse.
 */
export function annotations(comparison: Comparison): string[] {
  const { exact, measures, measuresCount, answer } = comparison;
  const counted = measuresCount ? measures : [];
  return [
    ...exact.filter(({ ok }) => !ok).map((check) => workflowCommand('error', check.name, exactText(check))),
    ...counted.filter((m) => m.answer === 'worse').map((m) => workflowCommand('error', m.label, measureText(m))),
    ...counted.filter((m) => m.answer === 'unclear').map((m) => workflowCommand('warning', m.label, measureText(m))),
    ...(answer === 'worse' ? [] : [workflowCommand('notice', 'hundredblock compare', headline(comparison))]),
  ];
}

// --- internal ---

function testCase(kind: string, name: string, body: string): string {
  return `<testcase classname="compare.${kind}" name="${escapeXml(name)}">${body}</testcase>`;
}

function failure(text: string): string {
  return `<failure message="${escapeXml(text)}"/>`;
}

function skipped(text: string): string {
  return `<skipped message="${escapeXml(text)}"/>`;
}

/** XML 1.0 has no way to write some characters: they are left out. */
function escapeXml(text: string): string {
  const allowed = [...text].filter((c) => {
    const code = c.codePointAt(0) as number;
    return (
      code === 9 ||
      code === 10 ||
      code === 13 ||
      (code >= 32 && code < 0xd800) ||
      (code > 0xdfff && code < 0xfffe) ||
      code > 0xffff
    );
  });
  return allowed.join('').replace(/[&<>"'\t\n\r]/g, (c) => `&#${c.charCodeAt(0)};`);
}

function workflowCommand(level: 'error' | 'warning' | 'notice', title: string, message: string): string {
  return `::${level} title=${escapeProperty(title)}::${escapeData(message)}`;
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
