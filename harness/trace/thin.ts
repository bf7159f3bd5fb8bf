/**
 * Makes a smaller trace from a recorded one, with fewer agencies, residents or doorbells or a shorter window, without simulating the world again. The inputs
 * that stay are sent at the same moments and judged by the same truth; nothing is owed to residents who are left out. The world's own results are those of the
 * whole world, so they stay with the recorded trace.
 */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Onboarding } from '../../contract/onboarding.ts';
import { RESIDENTS_PER_AGENCY_MAX } from '../../contract/roster.ts';
import type { Scenario } from '../../contract/scenario.ts';
import type { TraceHeader, TraceInput, TruthLine } from '../../contract/trace.ts';
import { counterDraw } from '../../simulator/kernel/random.ts';
import { HashedFile } from './hashed-file.ts';
import type { Trace } from './trace-api.ts';
import { FILES, HEADER_FILE } from './trace-file.ts';

/** Upper limits; a field that is left out limits nothing. A smaller limit keeps a subset of what a larger one keeps. */
export interface Thinning {
  /** Number of agencies, counted from the first in the onboarding. */
  agencies?: number;
  /** Number of residents who are online when the window opens. The same share of the other residents stays. */
  residents?: number;
  /** Number of doorbells that are attached when the window opens. */
  doorbells?: number;
  /** Length of the window, simulated ms. */
  windowMs?: number;
  /** Time over which residents and doorbells connect before the window, wall ms. */
  connectRampMs?: number;
}

/** Writes the smaller trace into `dir`, which is made if it is missing. Throws HB_TRACE if the trace can't be read, and what the file system throws. */
export async function thinTrace(trace: Trace, keep: Thinning, dir: string): Promise<TraceHeader> {
  await mkdir(join(dir, 'truth'), { recursive: true });
  const onboarding = thinOnboarding(trace.onboarding, keep.agencies);
  const filter = await makeFilter(trace, onboarding, keep);
  onboarding.roster = thinRoster(onboarding.roster, filter.resident);
  const onboardingText = `${JSON.stringify(onboarding)}\n`;
  await writeFile(join(dir, FILES.onboarding), onboardingText);
  const written = await writeInputs(trace, filter, dir);
  const truthSha256 = await writeTruth(trace, filter, written.carriers, dir);
  const scenario = trace.header.scenario as Scenario;
  const header: TraceHeader = {
    ...trace.header,
    scenario: {
      ...scenario,
      load: { ...scenario.load, connectRampMs: keep.connectRampMs ?? scenario.load.connectRampMs },
    },
    untilMs: filter.untilMs,
    preamble: written.preamble,
    inputs: written.counts,
    residents: written.residents,
    doorbells: written.doorbells,
    leftOut: { ...trace.header.leftOut, ...(written.dropped === 0 ? {} : { 'thinned out': written.dropped }) },
    sha256: {
      [FILES.inputs]: written.sha256,
      [FILES.onboarding]: createHash('sha256').update(onboardingText).digest('hex'),
      [FILES.truth]: truthSha256,
    },
  };
  await writeFile(join(dir, HEADER_FILE), `${JSON.stringify(header)}\n`);
  return header;
}

// --- internal ---

/** Decides what stays. */
interface Filter {
  untilMs: number;
  agency(id: string): boolean;
  resident(id: number): boolean;
  doorbell(id: number): boolean;
}

interface Written {
  sha256: string;
  preamble: number;
  counts: Record<string, number>;
  residents: number;
  doorbells: number;
  dropped: number;
  /** Ids of the messages and posts that stay: whatever may carry private strings. */
  carriers: Set<string>;
}

function thinOnboarding(document: Onboarding, agencies: number = Infinity): Onboarding {
  return { ...document, agencies: document.agencies.slice(0, agencies) };
}

/** Who stays depends on the seed and the id alone. So everybody who stays in a small audience stays in a larger one. */
async function makeFilter(trace: Trace, { agencies }: Onboarding, keep: Thinning): Promise<Filter> {
  const seeds = { seed: trace.header.seed, replication: 0 };
  const drawResident = counterDraw(seeds, 'thin/resident');
  const drawDoorbell = counterDraw(seeds, 'thin/doorbell');
  const isOfKeptAgency = (id: number): boolean => Math.floor(id / RESIDENTS_PER_AGENCY_MAX) < agencies.length;
  const residents: number[] = [];
  const doorbells: number[] = [];
  for await (const { line, input } of trace.inputs()) {
    if (line >= trace.header.preamble) break;
    if (input.kind === 'connect' && isOfKeptAgency(input.resident)) residents.push(drawResident(input.resident, 0));
    if (input.kind === 'attach' && isOfKeptAgency(input.doorbell)) doorbells.push(drawDoorbell(input.doorbell, 0));
  }
  const residentMax = drawLimit(residents, keep.residents);
  const doorbellMax = drawLimit(doorbells, keep.doorbells);
  const known = new Set(agencies.map(({ id }) => id));
  const { fromMs, untilMs } = trace.header;
  return {
    untilMs: Math.min(untilMs, fromMs + (keep.windowMs ?? Infinity)),
    agency: (id) => known.has(id),
    resident: (id) => isOfKeptAgency(id) && drawResident(id, 0) < residentMax,
    doorbell: (id) => isOfKeptAgency(id) && drawDoorbell(id, 0) < doorbellMax,
  };
}

/** The limit below which exactly `count` of the draws lie; Infinity if all of them stay. */
function drawLimit(draws: number[], count: number = Infinity): number {
  if (count >= draws.length) return Infinity;
  return draws.sort((a, b) => a - b)[count];
}

function thinRoster(roster: Onboarding['roster'], stays: (id: number) => boolean): Onboarding['roster'] {
  const keeps = roster.ids.map(stays);
  const thin = (column: number[]): number[] => column.filter((_, i) => keeps[i]);
  return {
    ids: thin(roster.ids),
    x: thin(roster.x),
    y: thin(roster.y),
    radiusDm: thin(roster.radiusDm),
    categories: thin(roster.categories),
    flags: thin(roster.flags),
  };
}

async function writeInputs(trace: Trace, filter: Filter, dir: string): Promise<Written> {
  const file = await HashedFile.create(join(dir, FILES.inputs));
  const written = { preamble: 0, residents: 0, doorbells: 0, dropped: 0 };
  const counts: Record<string, number> = {};
  const carriers = new Set<string>();
  try {
    for await (const { line, input } of trace.inputs()) {
      if (input.atMs >= filter.untilMs) break;
      if (!isSent(input, filter)) {
        written.dropped += 1;
        continue;
      }
      if (line < trace.header.preamble) {
        written.preamble += 1;
        if (input.kind === 'connect') written.residents += 1;
        if (input.kind === 'attach') written.doorbells += 1;
      } else counts[input.kind] = (counts[input.kind] ?? 0) + 1;
      if ('messageId' in input) carriers.add(input.messageId);
      if (input.kind === 'post') carriers.add(input.postId);
      await file.line(input);
    }
    return { ...written, counts, carriers, sha256: await file.finish() };
  } finally {
    await file.close();
  }
}

function isSent(input: TraceInput, filter: Filter): boolean {
  switch (input.kind) {
    case 'cad':
    case 'snapshot':
      return filter.agency(input.agency);
    case 'preference':
      return filter.resident(input.change.resident);
    case 'post':
    case 'connect':
    case 'disconnect':
      return filter.resident(input.resident);
    case 'motion':
    case 'clip':
    case 'heartbeat':
    case 'attach':
    case 'detach':
      return filter.doorbell(input.doorbell);
    case 'review':
      // A ticket is named after a message. If that message does not stay, the platform refuses the decision, which harms nothing.
      return true;
  }
}

/** Writes the truth of what stays. A private string that no message carries any more can't leak, so its line is dropped. */
async function writeTruth(trace: Trace, filter: Filter, carriers: ReadonlySet<string>, dir: string): Promise<string> {
  const file = await HashedFile.create(join(dir, FILES.truth));
  try {
    for await (const line of trace.truth()) if (isNeeded(line, filter, carriers)) await file.line(line);
    return await file.finish();
  } finally {
    await file.close();
  }
}

function isNeeded(line: TruthLine, filter: Filter, carriers: ReadonlySet<string>): boolean {
  switch (line.line) {
    case 'manifest':
      return carriers.has(line.manifest.messageId);
    case 'private':
      return carriers.has(line.carrier);
    case 'record':
      return filter.agency(line.agency);
    case 'fault':
      return filter.agency(line.agency) && line.atMs < filter.untilMs;
  }
}
