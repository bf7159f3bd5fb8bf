/**
 * The pipeline's parts, each beside a base that does the least that any implementation must, in one process and in turns:
 * records against JSON.parse of the same bodies, redaction against one look at each character, targeting against a linear scan.
 * Usage: npm run bench -- pipeline
 */
import { CATEGORIES } from '../contract/catalogue.ts';
import { distanceSquaredToBox, type Box } from '../contract/plane.ts';
import type { Roster } from '../contract/roster.ts';
import { createPipeline } from '../reference-impl/pipeline/pipeline.ts';
import { redact } from '../reference-impl/pipeline/redact.ts';
import { createTarget } from '../reference-impl/pipeline/target.ts';
import { eidoValue, START_MS, testAgency, testConfig } from '../reference-impl/pipeline/testbed.testing.ts';
import type { BenchRow } from './table.ts';

export async function run(): Promise<BenchRow[]> {
  return [benchRecords(), benchRedaction(), benchTargeting()];
}

// --- internal ---

const ROUNDS = 5;
const RECORDS = 20_000;
const RESIDENTS = 100_000;
const QUERIES = 500;
const NARRATIVE =
  'RP ANN EXAMPLE (555-0123) ADV SUBJ BROKE REAR WINDOW AT 2854 W MAPLE ST APT 4, TOOK LAPTOP AND LEFT WB IN VEH PLATE QZX987. NO WEAPON SEEN. ';

/** Median rates of `work` and `base`, run in turns; each does `units` of work. */
function compare(
  row: { name: string; unit: string; baseName: string },
  units: number,
  work: (round: number) => void,
  base: (round: number) => void,
): BenchRow {
  const rates: [number[], number[]] = [[], []];
  for (let round = 0; round <= ROUNDS; round++) {
    [work, base].forEach((task, i) => {
      const from = performance.now();
      task(round);
      const rate = units / ((performance.now() - from) / 1000);
      // The first round warms up.
      if (round > 0) rates[i].push(rate);
    });
  }
  const [value, baseValue] = rates.map((list) => list.sort((a, b) => a - b)[ROUNDS >> 1]);
  return { ...row, value, base: baseValue, ratio: value / baseValue };
}

function benchRecords(): BenchRow {
  const bodiesOf = (round: number) =>
    Array.from({ length: RECORDS }, (_, i) => {
      const nature = i % 20 === 0 ? '459' : '459A';
      const record = { id: `r${round}-${i}`, nature, place: '2854 W MAPLE ST', minute: i % 50 };
      return JSON.stringify(eidoValue(record, { notes: [NARRATIVE], person: { personNameText: 'Ann Example' } }));
    });
  const rounds = Array.from({ length: ROUNDS + 1 }, (_, round) => bodiesOf(round));
  const pipeline = createPipeline(testConfig([testAgency('eido')], rosterOf(30_000)));
  return compare(
    { name: 'pipeline', unit: 'records/s', baseName: 'JSON.parse of the same bodies' },
    RECORDS,
    (round) => {
      for (const body of rounds[round])
        pipeline.handle(
          { kind: 'cad', messageId: 'm', agency: 'pd-0', dialect: 'eido', body },
          START_MS + 50 * 60_000 + round,
        );
    },
    (round) => {
      for (const body of rounds[round]) JSON.parse(body);
    },
  );
}

function benchRedaction(): BenchRow {
  const texts = Array.from({ length: 10_000 }, (_, i) => `${NARRATIVE}${i}`);
  const privates = ['Ann Example', '555-0123', 'QZX987', '2854 W MAPLE ST APT 4'];
  const bytes = texts.reduce((sum, text) => sum + text.length, 0);
  let length = 0;
  const row = compare(
    { name: 'redaction', unit: 'MB/s', baseName: 'one look at each character' },
    bytes / 1e6,
    () => {
      for (const text of texts) length += redact(text, privates).text?.length ?? 0;
    },
    () => {
      for (const text of texts) for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) === 32) length++;
    },
  );
  if (length === 0) throw new Error('redaction bench: expected some text, found none');
  return row;
}

function benchTargeting(): BenchRow {
  const roster = rosterOf(RESIDENTS);
  const target = createTarget(roster);
  const boxes: Box[] = Array.from({ length: QUERIES }, (_, i) => {
    const x = (i * 7919) % 150_000;
    const y = (i * 104_729) % 150_000;
    return { x0: x, y0: y, x1: x + 1000, y1: y + 10 };
  });
  const found = [0, 0];
  const row = compare(
    { name: 'targeting', unit: 'queries/s', baseName: `a linear scan of ${RESIDENTS} residents` },
    QUERIES,
    () => {
      for (const box of boxes) found[0] += target.matching('burglary', box).length;
    },
    () => {
      for (const box of boxes) found[1] += scan(roster, box).length;
    },
  );
  if (found[0] !== found[1]) throw new Error(`targeting bench: expected ${found[1]} recipients, found ${found[0]}`);
  return row;
}

function scan(roster: Roster, box: Box): Uint32Array {
  const bit = 1 << CATEGORIES.indexOf('burglary');
  const ids: number[] = [];
  for (let i = 0; i < roster.ids.length; i++) {
    const radius = roster.radiusDm[i];
    if (roster.flags[i] !== 0 || (roster.categories[i] & bit) === 0) continue;
    if (distanceSquaredToBox(roster.x[i], roster.y[i], box) <= radius * radius) ids.push(roster.ids[i]);
  }
  return Uint32Array.from(ids);
}

/** Residents spread over 15 km by 15 km, with radii from 250 m to 1.5 km. */
function rosterOf(size: number): Roster {
  const ids = Uint32Array.from({ length: size }, (_, i) => i);
  return {
    ids,
    x: Int32Array.from(ids, (i) => (i * 7919) % 150_000),
    y: Int32Array.from(ids, (i) => Math.imul(i, 0x9e37_79b1) >>> 0).map((hash) => (hash >>> 0) % 150_000),
    radiusDm: Int32Array.from(ids, (i) => 2500 + (i % 6) * 2500),
    categories: new Uint16Array(size).fill(0xff),
    flags: Uint8Array.from(ids, (i) => (i % 10 === 0 ? 1 : 0)),
  };
}
