/** A comparison as JUnit XML, which every CI system shows: one test case for each check and each measure. */
import type { Comparison } from './comparison.ts';
import { measureText } from './words.ts';

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

/** Characters that XML 1.0 has no way to write are left out. */
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
