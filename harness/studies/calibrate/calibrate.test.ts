/** A world with known parameters is written as an agency's file and fitted again through a mapping; then a real file is, if it is there. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { EVENT_TYPES } from '../../../contract/catalogue.ts';
import type { HundredblockError } from '../../../contract/errors.ts';
import type { Scenario } from '../../../contract/scenario.ts';
import { MINUTE_MS } from '../../../contract/time.ts';
import { zoneOffsetMin } from '../../../contract/zones.ts';
import { DEFAULTS } from '../../../scenarios/defaults.ts';
import { parseArgs } from '../../cli/args.ts';
import { calibrate as command } from '../../cli/commands/calibrate.ts';
import { loadMapping } from '../../replay/mapping.ts';
import { resolveScenario } from '../../options/resolve.ts';
import type { Calibration, Fitted } from './calibrate.ts';
import { GROUPS, groupOfType, readCalls } from './calls.ts';
import { goodnessOf } from './goodness.ts';
import { quietWorlds } from './quiet-world.ts';

const ZONE = 'America/Chicago';
const PERSONS = 120_000;
const known = DEFAULTS.incidents;
const TRUTH: Scenario = {
  ...DEFAULTS,
  durationDays: 21,
  agencies: [{ count: 1, dialect: 'milwaukee', personsPerAgency: PERSONS, withdrawAfterDays: null, thenDialect: null }],
  incidents: {
    ...known,
    callsForServicePer1000PersonsYear: 950,
    hotSpotSigma: 1.4,
    shareByHour: known.shareByHour.map((share, hour) => (hour < 6 ? 3 * share : share)),
    shareByWeekday: [10, 12, 14, 15, 16, 18, 15],
    typeMix: { ...known.typeMix, burglary: 30, robbery: 12, animal: 5 },
  },
};

const folder = mkdtempSync(join(tmpdir(), 'hundredblock-calibrate-'));
const file = join(folder, 'calls.csv');
afterAll(() => rmSync(folder, { recursive: true }));

/** The world's records in the columns that the shipped mapping reads. */
function writeFileOf(scenario: Scenario, seed: number): void {
  const [{ world }] = quietWorlds(scenario, seed);
  const lines = ['id,time,location,latitude,longitude,district,nature,status'];
  for (const { record } of world.desk.all()) {
    const local = new Date(record.receivedMs + zoneOffsetMin(ZONE, record.receivedMs) * MINUTE_MS);
    const { block } = record.location;
    const place = `"${100 * (1 + (block % 90))} N ${Math.floor(block / 90) + 1}TH ST,MKE"`;
    const nature = EVENT_TYPES[record.type].natures.milwaukee;
    lines.push([record.recordId, local.toISOString().slice(0, 19), place, '', '', '1', nature, ''].join(','));
  }
  writeFileSync(file, `${lines.join('\n')}\n`);
}

const ASKED = ['--mapping', 'milwaukee', '--persons', String(PERSONS), '--seed', '5', '--quiet'];

/** The command's text on stdout. */
async function printed(argv: string[]): Promise<string> {
  const texts: string[] = [];
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation(((text: string, done: () => void) => {
    texts.push(text);
    done();
    return true;
  }) as typeof process.stdout.write);
  try {
    expect(await command.run(parseArgs(command, argv), new AbortController().signal)).toBe(0);
  } finally {
    spy.mockRestore();
  }
  return texts.join('');
}

function percents(values: readonly number[]): number[] {
  const total = values.reduce((sum, value) => sum + value, 0);
  return values.map((value) => (100 * value) / total);
}

/** Every fitted value with the value that the world was made with. */
function pairs(found: Calibration, { incidents }: Scenario): { what: string; fitted: Fitted; truth: number }[] {
  const mix = incidents.typeMix;
  const total = Object.values(mix).reduce((sum, n) => sum + n, 0);
  const perGroup = (group: string): number =>
    (1000 * Object.entries(mix).reduce((sum, [id, n]) => (groupOfType(id) === group ? sum + n : sum), 0)) / total;
  return [
    {
      what: 'rate',
      fitted: found.callsForServicePer1000PersonsYear,
      truth: incidents.callsForServicePer1000PersonsYear,
    },
    { what: 'hot spots', fitted: found.hotSpotSigma, truth: incidents.hotSpotSigma },
    ...percents(incidents.shareByHour).map((truth, i) => ({ what: `hour ${i}`, fitted: found.shareByHour[i], truth })),
    ...percents(incidents.shareByWeekday).map((truth, i) => ({
      what: `day ${i}`,
      fitted: found.shareByWeekday[i],
      truth,
    })),
    ...GROUPS.map((group) => ({ what: group, fitted: found.perThousandByGroup[group], truth: perGroup(group) })),
  ];
}

const isOutside = ({ fitted, truth }: { fitted: Fitted; truth: number }): boolean =>
  truth < fitted.low || truth > fitted.high;

describe('a simulated world, written as a file', () => {
  let found: Calibration;
  const out = join(folder, 'my-town.json');
  beforeAll(async () => {
    writeFileOf(TRUTH, 7);
    found = JSON.parse(await printed([file, ...ASKED, '--out', out, '--draws', '39', '--json'])) as Calibration;
  }, 180_000);

  it('has its true parameters in as many of the 95% intervals as there should be', () => {
    const all = pairs(found, TRUTH);
    const outside = all.filter(isOutside);
    // With some 50 intervals at 95%, more than 8 misses have a chance of one in a thousand.
    expect({ missed: outside.map(({ what }) => what), many: outside.length > 8 }).toMatchObject({ many: false });
    expect(all.slice(0, 2).filter(isOutside)).toEqual([]);
    const rate = found.callsForServicePer1000PersonsYear;
    expect((rate.high - rate.low) / rate.value).toBeLessThan(0.06);
  });

  it('has the defaults, which it was not made with, outside the intervals', () => {
    const outside = pairs(found, DEFAULTS).filter(isOutside);
    expect(outside.map(({ what }) => what)).toEqual(
      expect.arrayContaining(['rate', 'hour 0', 'day 0', 'burglary', 'robbery', 'animal']),
    );
  });

  it('fits, because its calls come from the model', () => {
    const { chiSquare, dispersion, gaps, quantiles } = found.goodness;
    expect(Math.min(chiSquare.p, dispersion.p, gaps.p)).toBeGreaterThan(0.02);
    for (const { expected, found: quantile } of quantiles.slice(3))
      expect(Math.abs(quantile / expected - 1)).toBeLessThan(0.1);
  });

  it('gives a scenario that runs, and a page without a word from any call', () => {
    const scenario = resolveScenario(out, []);
    expect(scenario.incidents).toMatchObject(found.scenario.incidents);
    expect(scenario.agencies[0]).toMatchObject({ personsPerAgency: PERSONS, dialect: 'milwaukee' });
    const page = readFileSync(join(folder, 'my-town.html'), 'utf8');
    expect(page).toContain('<figure');
    for (const text of [page, JSON.stringify(found)]) expect(text).not.toMatch(/TH ST|\bENTRY\b/);
  });
});

it('every missing or wrong option is reported at once', async () => {
  const argv = [file, '--draws', '3', '--officer-share', '2', '--out', 'my town'];
  const run = async () => command.run(parseArgs(command, argv), new AbortController().signal);
  const error = (await run().catch((e: unknown) => e)) as HundredblockError;
  expect([error.code, error.exitCode]).toEqual(['HB_OPTION_VALUE', 2]);
  for (const name of ['mapping', 'persons'])
    expect(error.message).toMatch(new RegExp(`^calibrate: expected --${name} .*, found none$`, 'm'));
  for (const name of ['draws', 'officer-share', 'out'])
    expect(error.message).toMatch(new RegExp(`^--${name}: expected .*, found `, 'm'));
});

it('a file of a few calls is refused', async () => {
  const few = join(folder, 'few.csv');
  writeFileSync(
    few,
    'id,time,location,latitude,longitude,district,nature,status\n1,2018-05-01 00:00:00,,,,1,PATROL,\n',
  );
  await expect(readCalls([few], loadMapping('milwaukee'))).rejects.toMatchObject({ code: 'HB_INPUT_FILE' });
});

const DATA = join(
  process.env['HUNDREDBLOCK_DATA'] ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url)),
  'milwaukee-2018-05.csv',
);

it.skipIf(!existsSync(DATA))(
  "finds that Milwaukee's calls come in bursts (skipped if milwaukee-2018-05.csv is neither in HUNDREDBLOCK_DATA nor in ../shared/data)",
  async () => {
    const calls = await readCalls([DATA], loadMapping('milwaukee'));
    expect(calls).toMatchObject({ rows: 24_039, rejected: 0, unmapped: 0 });
    expect(calls.atMs.length).toBe(24_039);
    const { dispersion, gaps } = goodnessOf(calls, 1, 19);
    expect(dispersion.p).toBe(0.05);
    expect(dispersion.value).toBeGreaterThan(1.3);
    expect(gaps.value).toBeLessThan(0.03);
  },
);
