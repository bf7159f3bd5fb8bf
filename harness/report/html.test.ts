/** No text of a record becomes a tag: the template escapes, and every section is shown a record whose strings all try to. */
import { Check } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { TRUTHS } from '../../contract/record/kinds.ts';
import { RunRecordSchema, type RunRecord } from '../../contract/record/run-record.ts';
import { tallyFaults } from './sections/faults.ts';
import { fixtureRun, type FixtureRun } from './fixture.testing.ts';
import { fixtureFullRun } from './full-run.testing.ts';
import { HOSTILE, hostileCopy, intrusions } from './hostile.testing.ts';
import { html, joinLines, rawHtml, type Html } from './html.ts';
import { banner, details, factList, heading, paragraph, table } from './markup.ts';
import { renderPage } from './page.ts';
import { drawPlot, drawSmallPlot, legend, plotFile, type PlotSpec } from './plot.ts';
import { runSections } from './report.ts';

describe('the template', () => {
  it.each<[string, Html, string]>([
    ['escapes text', html`<p>${`<b> & "it's"`}</p>`, '<p>&#60;b&#62; &#38; &#34;it&#39;s&#34;</p>'],
    ['escapes in attributes', html`<p title="${'" onclick="x'}"></p>`, '<p title="&#34; onclick=&#34;x"></p>'],
    ['takes numbers', html`<p>${12.5}</p>`, '<p>12.5</p>'],
    ['takes HTML as it is', html`<p>${html`<b>${'<'}</b>`}</p>`, '<p><b>&#60;</b></p>'],
    ['takes raw HTML as it is', html`<p>${rawHtml('<i></i>')}</p>`, '<p><i></i></p>'],
    ['takes lists', html`${['<', html`<b></b>`, ['>']]}`, '&#60;<b></b>&#62;'],
    ['joins lines', joinLines(['<', html`<b></b>`]), '&#60;\n<b></b>'],
  ])('%s', (_name, made, text) => {
    expect(made.text).toBe(text);
  });

  it('makes HTML that does not pass for text', () => {
    expect(`${html`<b></b>` as unknown as string}`).toBe('[object Object]');
  });
});

const PLOT: PlotSpec = {
  title: HOSTILE,
  lede: HOSTILE,
  alt: HOSTILE,
  legend: legend([{ colour: HOSTILE, shape: 'circle', label: HOSTILE }]),
  draw: () => ({ x: { label: HOSTILE, domain: [0, 1] } }),
};

it.each<[string, Html | string]>([
  ['a table', table(HOSTILE, [{ head: HOSTILE }, { head: HOSTILE, numeric: true }], [[HOSTILE, HOSTILE]])],
  ['a list of facts', factList([[HOSTILE, HOSTILE]])],
  ['what may be opened', details(HOSTILE, paragraph(HOSTILE))],
  ['a heading', heading(HOSTILE)],
  ['a banner', banner('bad', HOSTILE)],
  ['a plot', drawPlot(PLOT)],
  ['a small plot', drawSmallPlot(PLOT)],
  ['a plot as a file', plotFile(PLOT)],
  [
    'a page',
    renderPage({ title: HOSTILE, sections: [{ id: 'a', title: HOSTILE, body: html`${HOSTILE}` }], footer: HOSTILE }),
  ],
])('%s shows hostile text as text', (_name, made) => {
  const { found, shown } = intrusions(typeof made === 'string' ? made : made.text);
  expect(found).toEqual([]);
  expect(shown).toBeGreaterThan(0);
});

/** A run of which everything that its schema leaves free is hostile. */
async function hostileSections(run: FixtureRun, wire: RunRecord | null) {
  const isRecord = (record: unknown): boolean => Check(RunRecordSchema, record);
  const { value: record, changed } = hostileCopy(run.record, isRecord);
  // Truths and kinds of faults come from the record's own lists; a file with others is not one of ours.
  const alerts = hostileCopy(run.alerts, (all) =>
    all.every(({ truth }) => truth === null || TRUTHS.includes(truth)),
  ).value;
  const faults = hostileCopy(run.faults, () => true).value;
  const map = hostileCopy(run.map, (copy) => copy.agencies.every(({ id }) => id !== HOSTILE)).value;
  map.agencies.forEach(({ id }, i) => {
    alerts.filter((_, k) => k % map.agencies.length === i).forEach((alert) => (alert.agency = id));
  });
  const tally = await tallyFaults(faults.values() as unknown as AsyncIterable<(typeof faults)[number]>);
  return { sections: runSections({ record, wire, map, alerts, faults: tally }), changed };
}

describe('a record whose strings try to write tags', () => {
  it('is shown as text by every section', async () => {
    const run = fixtureFullRun();
    // A few of each: every change is checked against the whole schema.
    run.record.load!.timeline.splice(3);
    run.record.police.hourly.splice(3);
    run.alerts.splice(4);
    run.faults.splice(20);
    expect(Check(RunRecordSchema, run.record)).toBe(true);
    const wire = hostileCopy(run.record, (record) => Check(RunRecordSchema, record)).value;
    const { sections, changed } = await hostileSections(run, null);
    const both = await hostileSections(fixtureRun({ agencies: 1, days: 1, alertsPerAgency: 3 }), wire);
    // Names, commands, hashes, reasons, notes, series, trials: a list that shrinks means that the test sees less.
    expect(changed.length).toBeGreaterThan(80);
    const all = [...sections, ...both.sections];
    expect(new Set(all.map(({ id }) => id)).size).toBe(19);
    for (const { id, body } of all) expect(intrusions(body.text).found, id).toEqual([]);
    // These two show numbers and this program's own words only.
    const silent = all.filter(({ body }) => intrusions(body.text).shown === 0).map(({ id }) => id);
    expect(new Set(silent)).toEqual(new Set(['figures', 'truth']));
  });

  it('would be found if one section forgot to escape', () => {
    expect(intrusions(`<p>${HOSTILE}</p>`).found.length).toBeGreaterThan(0);
  });
});
