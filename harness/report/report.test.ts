/** The report as a file: it is written whole or not at all, with the same bytes each time, and wrong input gives an error of one line. */
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseHTML } from 'linkedom';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FAULT_KINDS } from '../../contract/record/kinds.ts';
import type { FaultLine } from '../../contract/record/lines.ts';
import { fixtureLoadRun, fixtureRun, writeFixtureRun, type FixtureRun } from './fixture.testing.ts';
import { writeReport } from './report.ts';
import { ON_THE_WIRE, readRunRecord } from '../records/run-folder.ts';
import { becameText } from './words.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hundredblock-report-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

let runs = 0;
function written(run: FixtureRun = fixtureRun({ agencies: 2, days: 1, alertsPerAgency: 5 })): string {
  runs += 1;
  const dir = join(folder, String(runs));
  writeFixtureRun(dir, run);
  return dir;
}

function rewrite(dir: string, file: string, change: (text: string) => string): void {
  const path = join(dir, file);
  writeFileSync(path, change(readFileSync(path, 'utf8')));
}

const cutInHalf = (text: string): string => text.slice(0, text.length / 2);

describe('writeReport refuses', () => {
  it.each<{ name: string; spoil: (dir: string) => void; says: RegExp }>([
    {
      name: 'a directory that does not exist',
      spoil: (dir) => rmSync(dir, { recursive: true }),
      says: /run\.json: expected a readable file, found none$/,
    },
    {
      name: 'a directory in place of a file',
      spoil: (dir) => (rmSync(join(dir, 'faults.jsonl')), mkdirSync(join(dir, 'faults.jsonl'))),
      says: /faults\.jsonl: expected a readable file, found EISDIR$/,
    },
    {
      name: 'no faults.jsonl',
      spoil: (dir) => rmSync(join(dir, 'faults.jsonl')),
      says: /faults\.jsonl: expected a readable file, found none$/,
    },
    {
      name: 'a major version that merely begins alike',
      spoil: (dir) => rewrite(dir, 'run.json', (text) => text.replace('hundredblock.run/1.', 'hundredblock.run/10.')),
      says: /expected a run record of schema hundredblock\.run\/1\.\d+ \(the same major version\), found "hundredblock\.run\/10\.\d+"$/,
    },
    {
      name: 'a list for a record',
      spoil: (dir) => rewrite(dir, 'run.json', () => '[]'),
      says: /run\.json: expected a run record of schema .* found none$/,
    },
    {
      name: 'a negative count',
      spoil: (dir) =>
        rewrite(dir, 'run.json', (text) => text.replace(/"alerts":\d+,"updates"/, '"alerts":-1,"updates"')),
      says: /run\.json: expected hundredblock\.run\/1\.\d+, found at counts\.alerts a value that /,
    },
    {
      name: 'half a map',
      spoil: (dir) => rewrite(dir, 'map.json', cutInHalf),
      says: /map\.json: expected JSON, found \d+ characters that are not$/,
    },
    {
      name: 'a map of another shape',
      spoil: (dir) => rewrite(dir, 'map.json', () => '{"agencies":{}}'),
      says: /map\.json: expected an object with the arrays/,
    },
    {
      name: 'half of faults.jsonl',
      spoil: (dir) => rewrite(dir, 'faults.jsonl', cutInHalf),
      says: /faults\.jsonl: expected a JSON object on line \d+, found \d+ characters/,
    },
  ])('$name, in one line, and leaves the report that was there', async ({ spoil, says }) => {
    const dir = written();
    const earlier = existsSync(dir) ? 'an earlier report' : null;
    writeFileSync(join(dir, 'report.html'), 'an earlier report');
    spoil(dir);
    const error: unknown = await writeReport(dir).then(
      () => null,
      (e: unknown) => e,
    );
    expect(error).toMatchObject({ code: 'HB_RECORD_FILE', exitCode: 3 });
    const { message } = error as Error;
    expect(message).toMatch(says);
    expect(message).not.toContain('\n');
    expect(message.startsWith(dir)).toBe(true);
    if (existsSync(dir)) {
      expect(readFileSync(join(dir, 'report.html'), 'utf8')).toBe(earlier);
      expect(readdirSync(dir).filter((name) => name.includes('.tmp'))).toEqual([]);
    }
  });
});

describe('writeReport', () => {
  it('accepts a later minor version, whose new fields it does not know', async () => {
    const run = fixtureRun({ agencies: 1, days: 1, alertsPerAgency: 2 });
    run.record.schema = 'hundredblock.run/1.9';
    (run.record as Record<string, unknown>)['later'] = true;
    await expect(writeReport(written(run))).resolves.toMatch(/report\.html$/);
  });

  it('leaves nothing half-written if the page can not be put in its place', async () => {
    const dir = written();
    mkdirSync(join(dir, 'report.html'));
    const before = readdirSync(dir).sort();
    await expect(writeReport(dir)).rejects.toMatchObject({
      code: 'HB_OUTPUT',
      message: expect.stringMatching(/report\.html: expected a place to write the report, found E\w+$/),
    });
    expect(readdirSync(dir).sort()).toEqual(before);
  });

  it('replaces the file instead of changing it: another link to the earlier report keeps the earlier text', async () => {
    const dir = written();
    writeFileSync(join(dir, 'report.html'), 'an earlier report');
    linkSync(join(dir, 'report.html'), join(dir, 'earlier.html'));
    await writeReport(dir);
    expect(readFileSync(join(dir, 'earlier.html'), 'utf8')).toBe('an earlier report');
    expect(readFileSync(join(dir, 'report.html'), 'utf8').endsWith('</html>\n')).toBe(true);
  });

  it('gives the same bytes again, and nothing but the page', async () => {
    const dir = written();
    const before = readdirSync(dir);
    const path = await writeReport(dir);
    expect(path).toBe(join(dir, 'report.html'));
    const page = readFileSync(path);
    expect(page.length).toBeGreaterThan(50_000);
    await writeReport(dir);
    expect(readFileSync(path).equals(page)).toBe(true);
    expect(readdirSync(dir).sort()).toEqual([...before, 'report.html'].sort());
  });

  it('needs nothing from outside: no script, no style sheet, no image, no address', async () => {
    const page = readFileSync(await writeReport(written()), 'utf8');
    expect(/<(?:script|iframe|img|object|embed|base)\b/i.exec(page)?.[0]).toBeUndefined();
    const addresses = [...page.matchAll(/\b(?:href|src)="([^"]*)"/g)].map((m) => m[1]);
    expect(addresses.filter((a) => !a.startsWith('#') && a !== 'data:,')).toEqual([]);
    expect(/@import|url\(/.exec(page)?.[0]).toBeUndefined();
  });

  it('escapes what a record says', async () => {
    const run = fixtureRun({ agencies: 1, days: 1, alertsPerAgency: 3 });
    const mark = '<img src=x onerror=alert(1)>"\'&';
    run.record.scenario.name = mark;
    run.record.command = mark;
    run.record.agencies[0].name = mark;
    run.map.agencies[0].name = mark;
    run.record.suppressed = { [mark]: 3 };
    run.record.receipts = { [mark]: 3 };
    run.record.violations[0].detail = mark;
    run.record.loop.reactions = { [mark]: 3 };
    run.record.gates[0].name = mark;
    run.alerts[0].place = mark;
    run.faults[0].became = mark;
    const page = readFileSync(await writeReport(written(run)), 'utf8');
    const { document } = parseHTML(page);
    // The page itself is never in an assertion: a failure would print a hundred kilobytes.
    expect(document.querySelectorAll('img').length).toBe(0);
    expect(document.querySelectorAll('[onerror]').length).toBe(0);
    expect(document.querySelector('h1')?.textContent).toBe(`Run of ${mark}, seed 7`);
    for (const id of ['replay', 'map', 'faults', 'flow', 'violations', 'loop', 'verdict']) {
      expect(document.getElementById(id)?.textContent.includes(mark), id).toBe(true);
    }
  });

  it('says so if there is nothing to show', async () => {
    const run = fixtureRun({ agencies: 1, days: 1, alertsPerAgency: 0 });
    const none = { value: null, n: 0, low: null, high: null };
    const { record } = run;
    record.falseAlertRate = none;
    record.falseAlerts = {
      byAgency: [{ key: 'pd-000', rate: none }],
      byCategory: [],
      byFeedKind: [],
      byDelivery: none,
      afterCorrections: none,
      correctionMs: { count: 0, p50: 0, p90: 0, p99: 0, max: 0 },
    };
    record.delayMs = {};
    record.police.hourly = [];
    run.map.radii = [];
    const page = readFileSync(await writeReport(written(run)), 'utf8');
    for (const words of [
      'no alerts',
      'No alert was timed.',
      'No hour was simulated.',
      'n = 0',
      'No false alert was corrected.',
    ]) {
      expect(page.includes(words), words).toBe(true);
    }
    expect(/NaN|undefined|Infinity|\[object/.exec(page)?.[0]).toBeUndefined();
  });

  it('keeps 225 agencies below 5 MB, and says that it shows the first 12', async () => {
    const dir = written(fixtureRun({ agencies: 225, days: 7, alertsPerAgency: 30 }));
    const page = readFileSync(await writeReport(dir));
    expect(page.length).toBeLessThan(5_000_000);
    const text = page.toString('utf8');
    expect(text.match(/<svg class="map"/g)).toHaveLength(12);
    expect(text.match(/The first 12 agencies of 225 are shown\./g)?.length).toBeGreaterThanOrEqual(2);
  });
});

describe('the faults section', () => {
  it('counts each kind by its outcomes, in words', async () => {
    const run = fixtureRun({ agencies: 1, days: 1, alertsPerAgency: 1 });
    const fault = (kind: FaultLine['kind'], became: string): FaultLine => ({
      kind,
      agency: 'pd-000',
      atMs: 0,
      messageId: null,
      detail: '',
      accounted: true,
      became,
    });
    run.faults = [
      fault('delay', 'accepted+duplicate'),
      fault('delay', 'accepted+duplicate'),
      fault('gap', 'never-arrived'),
    ];
    run.record.faults = Object.fromEntries(FAULT_KINDS.map((kind) => [kind, { injected: 0, accounted: 0 }]));
    run.record.faults['delay'] = { injected: 2, accounted: 1 };
    run.record.faults['gap'] = { injected: 1, accounted: 1 };
    const page = readFileSync(await writeReport(written(run)), 'utf8');
    const section = page.slice(page.indexOf('<section id="faults"'), page.indexOf('<section id="flow"'));
    expect(section).toContain('Not every fault of these kinds is accounted for: delay.');
    expect(section).toContain(
      '<tr><th scope="row">delay</th><td class="num">2</td><td>in part accepted as news of a record, in part recognised as already known</td></tr>',
    );
    expect(section).toContain(
      '<tr><th scope="row">gap</th><td class="num">1</td><td>never arrived, as intended</td></tr>',
    );
    expect(section).toContain('<strong>1</strong>');
  });

  it.each([
    'accepted',
    'duplicate',
    'superseded',
    'rejected',
    'empty-snapshot',
    'never-arrived',
    'published-with-skew',
    'held-or-lost',
    'silent-since',
    'arrived',
    'no-rejection',
    'no-receipt',
    'nothing-published',
    'still-publishing',
  ])('has words for %s', (became) => {
    expect(becameText(became)).not.toBe(became);
    expect(becameText(became)).not.toMatch(/-/);
  });

  it('shows an outcome without words as recorded', () => {
    expect(becameText('eaten-by-a-grue')).toBe('eaten-by-a-grue');
  });
});

describe('the report of a run with one on the wire within it', () => {
  function both(): string {
    const dir = written();
    writeFixtureRun(join(dir, ON_THE_WIRE), fixtureLoadRun());
    return dir;
  }

  it('shows both clocks on one page, each number from its own record', async () => {
    const dir = both();
    const { document } = parseHTML(readFileSync(await writeReport(dir), 'utf8'));
    const sections = [...document.querySelectorAll('main > section')].map((section) => section.id);
    expect(sections.slice(0, 3)).toEqual(['verdict', 'figures', 'replay']);
    expect(sections.slice(-3)).toEqual(['wire', 'clocks', 'load']);
    expect(document.querySelectorAll('#verdict .banner')).toHaveLength(2);
    const { counts } = readRunRecord(dir);
    const { load } = readRunRecord(join(dir, ON_THE_WIRE));
    const figure = (path: string) => document.querySelector(`[data-figure="${path}"]`)?.textContent;
    expect(figure('counts.alerts')).toBe(String(counts.alerts));
    expect(figure(`${ON_THE_WIRE}/load.connected.residents`)).toBe(load!.connected.residents.toLocaleString('en-US'));
    const href = document.querySelector('#wire a')!.getAttribute('href')!;
    await writeReport(join(dir, ON_THE_WIRE));
    expect(existsSync(join(dir, href))).toBe(true);
  });

  it('says so if the run on the wire is broken, or if nothing was sent in it', async () => {
    const dir = both();
    rewrite(join(dir, ON_THE_WIRE), 'run.json', cutInHalf);
    await expect(writeReport(dir)).rejects.toThrow(/on-the-wire.*run\.json: expected/);
    writeFixtureRun(join(dir, ON_THE_WIRE), fixtureRun({ agencies: 1, days: 1, alertsPerAgency: 1 }));
    rewrite(join(dir, ON_THE_WIRE), 'run.json', (text) => JSON.stringify({ ...JSON.parse(text), partial: true }));
    const { document } = parseHTML(readFileSync(await writeReport(dir), 'utf8'));
    expect(document.querySelector('#wire')).toBe(null);
    expect(document.querySelector('#verdict')!.textContent).toMatch(/on the wire.*Partial run\./s);
  });
});
