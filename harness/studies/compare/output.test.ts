/** The forms in which a comparison is written: words, JUnit, annotations, a page. */
import { parseHTML } from 'linkedom';
import { describe, expect, it } from 'vitest';
import { HOSTILE, hostileCopy, intrusions } from '../../report/hostile.testing.ts';
import type { Comparison } from './comparison.ts';
import { annotations, junitXml } from './ci-formats.ts';
import { comparisonPage } from './page.ts';
import type { Member } from './members.ts';
import type { Answer } from '../../../stats/change.ts';
import type { MeasureVerdict } from './verdict.ts';
import { comparisonLines, headline } from './words.ts';

const HOST = { node: 'v20.19.0', platform: 'linux', arch: 'x64', cpus: 2, memoryMiB: 8000, workers: 1 };

function measure(changes: Partial<MeasureVerdict>): MeasureVerdict {
  return {
    name: 'acceptP50Ms',
    label: 'accept latency, median',
    unit: 'ms',
    answer: 'same',
    trials: { a: 12, b: 12 },
    median: { a: 4, b: 4 },
    ratio: 1,
    low: 0.97,
    high: 1.04,
    cliffsDelta: 0,
    p: 1,
    pAdjusted: 1,
    trialsNeeded: null,
    ...changes,
  };
}

const WORSE = measure({ answer: 'worse', ratio: 1.25, low: 1.2, high: 1.3, median: { a: 4, b: 5 }, pAdjusted: 0.002 });
const UNCLEAR = measure({
  name: 'rss',
  label: 'memory',
  unit: 'MiB',
  answer: 'unclear',
  low: 0.7,
  high: 1.6,
  trialsNeeded: 90,
});

function comparison(changes: Partial<Comparison> = {}): Comparison {
  return {
    schema: 'hundredblock.compare/1.0',
    answer: 'worse',
    scenario: 'a <town> & "more"',
    seed: 1,
    kind: 'wire',
    a: { label: 'commit:main', trials: 12, host: HOST },
    b: { label: "dir:it's <here>", trials: 12, host: HOST },
    paired: true,
    alpha: 0.01,
    minEffect: 0.1,
    exact: [
      {
        name: 'lost',
        ok: false,
        detail: 'expected at most 0 in a trial, found 3,\n100% too many: <b>&\u0000\u{1f6a8}',
      },
      { name: 'leaked', ok: true, detail: '' },
    ],
    measures: [WORSE, UNCLEAR, measure({ label: 'delivery' })],
    measuresCount: true,
    notes: ['A note.'],
    ...changes,
  };
}

/** Expects balanced tags, quoted attributes and only characters that XML allows; answers the names of all elements. */
function wellFormed(xml: string): string[] {
  const names: string[] = [];
  const open: string[] = [];
  const rest = xml
    .replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, '')
    .replace(
      /<(\/?)([a-z-]+)((?: [a-z]+="[^"<]*")*)(\/?)>/g,
      (_, closes: string, name: string, _attributes, empty: string) => {
        if (closes === '/') expect(open.pop()).toBe(name);
        else {
          names.push(name);
          if (empty === '') open.push(name);
        }
        return '';
      },
    );
  expect(open).toEqual([]);
  expect(rest).not.toMatch(/[<>]/);
  expect(xml.replace(/&#\d+;/g, '')).not.toContain('&');
  // oxlint-disable-next-line no-control-regex
  expect(xml).not.toMatch(/[\u0000-\u0008\u000b-\u001f]|&#(?:[0-8]|1[1-9]|2\d|3[01]);/);
  return names;
}

describe('JUnit XML', () => {
  it('is well formed whatever text it holds, with a case for each check and measure', () => {
    const xml = junitXml(comparison());
    const names = wellFormed(xml);
    expect(names.filter((name) => name === 'testcase')).toHaveLength(5);
    expect(names.filter((name) => name === 'failure')).toHaveLength(2);
    expect(names.filter((name) => name === 'skipped')).toHaveLength(1);
    expect(xml).toContain('tests="5" failures="2" skipped="1"');
    expect(xml).toContain('\u{1f6a8}');
  });

  it('does not fail for measures that decide nothing', () => {
    const xml = junitXml(comparison({ measuresCount: false, exact: [] }));
    expect(wellFormed(xml)).not.toContain('failure');
    expect(xml).toContain('tests="3" failures="0" skipped="3"');
  });

  it('would be found broken by this test', () => {
    expect(() => wellFormed('<a b="<">x</a>')).toThrow(/to be 'a'/);
    expect(() => wellFormed('<a><b></a></b>')).toThrow(/to be 'a'/);
    expect(() => wellFormed('<a b="R & D"/>')).toThrow(/R & D/);
  });
});

describe('annotations', () => {
  it('are one line each, escaped as workflow commands are', () => {
    const lines = annotations(comparison());
    expect(lines.every((line) => /^::(error|warning|notice) title=[^:,]*::[^\n\r]*$/.test(line))).toBe(true);
    expect(lines.map((line) => line.split(' ')[0])).toEqual(['::error', '::error', '::warning']);
    expect(lines[0]).toContain('%0A100%25 too many');
    expect(lines[1]).toContain('title=accept latency%2C median::');
  });

  it('give the answer if nothing is worse', () => {
    const lines = annotations(comparison({ answer: 'same', exact: [], measures: [measure({})] }));
    expect(lines).toEqual([expect.stringMatching(/^::notice .*Same: /)]);
  });
});

describe('words', () => {
  it('name first what is worse', () => {
    expect(headline(comparison())).toBe(
      "Worse: dir:it's <here> against commit:main: lost, accept latency, median rose by 25%.",
    );
    const lines = comparisonLines(comparison()).join('\n');
    expect(lines).toContain(
      'accept latency, median +25.0% (95% interval +20.0% to +30.0%), 4.0 ms to 5.0 ms; n = 12 and 12, p = 0.0020',
    );
    expect(lines).toMatch(/can't tell +memory .*about 90 trials a side would tell/);
  });

  it('say how many trials would give an answer', () => {
    expect(headline(comparison({ answer: 'unclear', exact: [], measures: [UNCLEAR] }))).toMatch(
      /^Can't tell whether .*memory varied too much; about 90 trials a side would tell\.$/,
    );
    expect(headline(comparison({ answer: 'unclear', measures: [{ ...UNCLEAR, trialsNeeded: null }] }))).toMatch(
      /a machine this noisy/,
    );
    expect(headline(comparison({ answer: 'unclear', measures: [] }))).toMatch(/nothing was measured on both sides/);
    expect(headline(comparison({ answer: 'same' }))).toMatch(/^Same: /);
    expect(headline(comparison({ answer: 'better', measures: [{ ...WORSE, answer: 'better', ratio: 0.8 }] }))).toMatch(
      /fell by 20%\.$/,
    );
  });
});

describe('the page', () => {
  it('shows the answer, the ratios and every trial', () => {
    const members = Array.from(
      { length: 12 },
      (_, i) => ({ values: { acceptP50Ms: 4 + i / 10 } }) as unknown as Member,
    );
    const side = (label: string) => ({ label, members });
    const shown = comparison({ measures: [WORSE, { ...UNCLEAR, low: null, high: null }] });
    const { document } = parseHTML(comparisonPage(shown, side('a'), side('b')));
    expect(document.querySelector('#answer .banner.bad')!.textContent).toContain("dir:it's <here>");
    expect(document.querySelectorAll('#trials .wide g[fill]').length).toBeGreaterThanOrEqual(24);
    expect(document.querySelectorAll('#measures tbody tr')).toHaveLength(2);
    expect(document.querySelector('#exact')!.textContent).toContain('1 of 2 are not as expected');
  });

  it('shows hostile text as text', () => {
    const { value, changed } = hostileCopy(
      comparison(),
      ({ answer, measures }) => ![answer, ...measures.map((one) => one.answer)].includes(HOSTILE as Answer),
    );
    const { found, shown } = intrusions(
      comparisonPage(value, { label: HOSTILE, members: [] }, { label: HOSTILE, members: [] }),
    );
    expect(changed.length).toBeGreaterThan(10);
    expect(shown).toBeGreaterThan(10);
    expect(found).toEqual([]);
  });
});
