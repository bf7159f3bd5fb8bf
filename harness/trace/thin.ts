/**
 * A smaller trace out of a recorded one: fewer agencies, residents or doorbells, or a shorter window, without simulating the world
 * again. What stays is sent at the same moments, and is judged by the same truth: nobody owes anything to those who were left out.
 * The world's own figures are of the whole world, and stay with the trace that it was recorded as.
 */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Onboarding } from '../../contract/onboarding.ts';
import { RESIDENTS_PER_AGENCY_MAX } from '../../contract/roster.ts';
import type { Scenario } from '../../contract/scenario.ts';
import type { TraceHeader, TraceInput, TruthLine } from '../../contract/trace.ts';
import { counterDraw } from '../../simulator/kernel/random.ts';
import type { Trace } from './trace-api.ts';
import { FILES, HEADER_FILE } from './files.ts';
import { HashedFile } from './hashed-file.ts';

/** Most that is to stay of each; what is left out stays whole. A smaller number keeps a part of what a greater one keeps. */
export interface Thinning {
  /** The first so many, in the order of the onboarding. */
  agencies?: number;
  /** Of those who are online when the window opens; others who are known to the platform stay in proportion. */
  residents?: number;
  doorbells?: number;
  /** Simulated length of the window. */
  windowMs?: number;
  /** Wall time over which residents and doorbells connect before the window. */
  connectRampMs?: number;
}

/** Writes the thinned trace into `dir`, which is made where it is missing. Throws HB_TRACE where the trace can't be read, and what the file system throws. */
export async function thinTrace(trace: Trace, keep: Thinning, dir: string): Promise<TraceHeader> {
  await mkdir(join(dir, 'truth'), { recursive: true });
  const onboarding = thinOnboarding(trace.onboarding, keep.agencies);
  const stays = await stayingOf(trace, onboarding, keep);
  onboarding.roster = thinRoster(onboarding.roster, stays.resident);
  const onboardingText = `${JSON.stringify(onboarding)}\n`;
  await writeFile(join(dir, FILES.onboarding), onboardingText);
  const written = await writeInputs(trace, stays, dir);
  const truthSha256 = await writeTruth(trace, stays, written.carriers, dir);
  const scenario = trace.header.scenario as Scenario;
  const header: TraceHeader = {
    ...trace.header,
    scenario: {
      ...scenario,
      load: { ...scenario.load, connectRampMs: keep.connectRampMs ?? scenario.load.connectRampMs },
    },
    untilMs: stays.untilMs,
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

/** What is sent on. */
interface Staying {
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
  /** Ids of the messages and posts that stay. */
  carriers: Set<string>;
}

function thinOnboarding(document: Onboarding, agencies: number = Infinity): Onboarding {
  return { ...document, agencies: document.agencies.slice(0, agencies) };
}

/** Who stays is drawn by number alone, so that it is the same whoever asks, and everyone of a small audience is in a large one. */
async function stayingOf(trace: Trace, { agencies }: Onboarding, keep: Thinning): Promise<Staying> {
  const seeds = { seed: trace.header.seed, replication: 0 };
  const drawResident = counterDraw(seeds, 'thin/resident');
  const drawDoorbell = counterDraw(seeds, 'thin/doorbell');
  const isOfKept = (id: number): boolean => Math.floor(id / RESIDENTS_PER_AGENCY_MAX) < agencies.length;
  const residents: number[] = [];
  const doorbells: number[] = [];
  for await (const { line, input } of trace.inputs()) {
    if (line >= trace.header.preamble) break;
    if (input.kind === 'connect' && isOfKept(input.resident)) residents.push(drawResident(input.resident, 0));
    if (input.kind === 'attach' && isOfKept(input.doorbell)) doorbells.push(drawDoorbell(input.doorbell, 0));
  }
  const residentMax = greatestOf(residents, keep.residents);
  const doorbellMax = greatestOf(doorbells, keep.doorbells);
  const known = new Set(agencies.map(({ id }) => id));
  const { fromMs, untilMs } = trace.header;
  return {
    untilMs: Math.min(untilMs, fromMs + (keep.windowMs ?? Infinity)),
    agency: (id) => known.has(id),
    resident: (id) => isOfKept(id) && drawResident(id, 0) < residentMax,
    doorbell: (id) => isOfKept(id) && drawDoorbell(id, 0) < doorbellMax,
  };
}

/** The draw below which exactly `count` of them lie; Infinity where all of them stay. */
function greatestOf(draws: number[], count: number = Infinity): number {
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

async function writeInputs(trace: Trace, stays: Staying, dir: string): Promise<Written> {
  const file = await HashedFile.create(join(dir, FILES.inputs));
  const written = { preamble: 0, residents: 0, doorbells: 0, dropped: 0 };
  const counts: Record<string, number> = {};
  const carriers = new Set<string>();
  try {
    for await (const { line, input } of trace.inputs()) {
      if (input.atMs >= stays.untilMs) break;
      if (!isSent(input, stays)) {
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

function isSent(input: TraceInput, stays: Staying): boolean {
  switch (input.kind) {
    case 'cad':
    case 'snapshot':
      return stays.agency(input.agency);
    case 'preference':
      return stays.resident(input.change.resident);
    case 'post':
    case 'connect':
    case 'disconnect':
      return stays.resident(input.resident);
    case 'motion':
    case 'clip':
    case 'heartbeat':
    case 'attach':
    case 'detach':
      return stays.doorbell(input.doorbell);
    case 'review':
      // A ticket is named after a message, whose platform answers a decision on one that it does not know with a refusal.
      return true;
  }
}

/** Truth of what stays. What no message carries any more can't come out, so that nobody has to look for it. */
async function writeTruth(trace: Trace, stays: Staying, carriers: ReadonlySet<string>, dir: string): Promise<string> {
  const file = await HashedFile.create(join(dir, FILES.truth));
  try {
    for await (const line of trace.truth()) if (isTold(line, stays, carriers)) await file.line(line);
    return await file.finish();
  } finally {
    await file.close();
  }
}

function isTold(line: TruthLine, stays: Staying, carriers: ReadonlySet<string>): boolean {
  switch (line.line) {
    case 'manifest':
      return carriers.has(line.manifest.messageId);
    case 'private':
      return carriers.has(line.carrier);
    case 'record':
      return stays.agency(line.agency);
    case 'fault':
      return stays.agency(line.agency) && line.atMs < stays.untilMs;
  }
}
