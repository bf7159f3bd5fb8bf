/** The virtual clock: all agencies, window by window, on any number of workers, with the same outcome. */
import type { CreatePipeline } from '../../contract/pipeline.ts';
import type { Scenario } from '../../contract/scenario.ts';
import { DAY_MS } from '../../contract/time.ts';
import { createPipeline } from '../../reference-impl/pipeline/pipeline.ts';
import { CROSSING_MS } from '../../simulator/reactions/reactions.ts';
import { ordered, type ShardGroup } from './group.ts';
import { planOf } from './plan.ts';
import type { Recorder } from './recorder.ts';
import type { Crossing, ShardResult, TracedEvent } from './shard.ts';
import { localMember, workerMember, type Member } from './team.ts';

export interface SimulateOptions {
  scenario: Scenario;
  seed: number;
  workers: number;
  /** The pipeline under test; the reference pipeline where left out. With workers above 1 it must be left out. */
  create?: CreatePipeline;
  /** Whether all that happened is told one by one; not where left out. */
  ledger?: boolean;
  signal?: AbortSignal;
  onProgress?: (fraction: number, simulatedMs: number) => void;
}

export interface Simulated {
  shards: ShardResult[];
  /** Last simulated moment; earlier than the scenario's end where aborted. */
  endMs: number;
  partial: boolean;
}

export async function simulate(o: SimulateOptions): Promise<Simulated> {
  const { scenario } = o;
  const endMs = endOf(scenario);
  const team = makeTeam(o, endMs);
  try {
    await introduce(team);
    const now = await drive(team, scenario.startMs, endMs, (reachedMs) => rest(o, reachedMs));
    const results = (await Promise.all(team.map((m) => m.finish()))).flat();
    return { shards: results.sort((a, b) => a.index - b.index), endMs: now, partial: now < endMs };
  } finally {
    await Promise.all(team.map((m) => m.close()));
  }
}

/** Runs a whole scenario in this thread and gives its shards, for those who look into the world itself. */
export async function simulateGroup(
  scenario: Scenario,
  seed: number,
  create: CreatePipeline = createPipeline,
): Promise<ShardGroup> {
  const endMs = endOf(scenario);
  const member = localMember({ scenario, seed, indices: planOf(scenario).map((p) => p.index), endMs }, create);
  await introduce([member]);
  await drive([member], scenario.startMs, endMs);
  return member.group;
}

export interface RecordedRunOptions extends Pick<SimulateOptions, 'scenario' | 'seed' | 'signal' | 'onProgress'> {
  recorder: Recorder;
  /** Waited for at the start and after every window: all that happened before `ms`, in all agencies, is told. */
  reached: (ms: number) => Promise<void>;
}

/** Runs a scenario in this thread and tells a recorder what reaches the platforms. */
export async function simulateRecorded(
  o: RecordedRunOptions,
): Promise<{ group: ShardGroup; endMs: number; partial: boolean }> {
  const { scenario, seed } = o;
  const endMs = endOf(scenario);
  const indices = planOf(scenario).map((p) => p.index);
  const member = localMember({ scenario, seed, indices, endMs }, createPipeline, o.recorder);
  await introduce([member]);
  const now = await drive([member], scenario.startMs, endMs, async (reachedMs) => {
    await o.reached(reachedMs);
    return rest(o, reachedMs);
  });
  return { group: member.group, endMs: now, partial: now < endMs };
}

/** A run that goes on when it is told to. */
export interface SteppedRun {
  group: ShardGroup;
  /** All events before it have happened. */
  readonly nowMs: number;
  /** Runs until `untilMs`, exclusive, at most CROSSING_MS on. */
  advance(untilMs: number): Promise<void>;
}

/** Starts a scenario in this thread, to be run step by step; what reaches the platforms is told to a recorder. */
export async function startStepped(scenario: Scenario, seed: number, recorder: Recorder): Promise<SteppedRun> {
  const indices = planOf(scenario).map((p) => p.index);
  const member = localMember({ scenario, seed, indices, endMs: endOf(scenario) }, createPipeline, recorder);
  await introduce([member]);
  let nowMs = scenario.startMs;
  let inbox: Crossing[] = [];
  return {
    group: member.group,
    get nowMs() {
      return nowMs;
    },
    async advance(untilMs) {
      inbox = await runWindow([member], untilMs, inbox);
      nowMs = untilMs;
    },
  };
}

/** Every event of one agency in [fromMs, untilMs), by running the scenario again. For naming the first difference of two runs. */
export async function traceWindow(
  scenario: Scenario,
  seed: number,
  agency: string,
  fromMs: number,
  untilMs: number,
): Promise<TracedEvent[]> {
  const endMs = endOf(scenario);
  const indices = planOf(scenario).map((p) => p.index);
  const member = localMember({ scenario, seed, indices, endMs }, createPipeline);
  await introduce([member]);
  const shard = member.group.shards.find((s) => s.plan.id === agency);
  if (shard === undefined) return [];
  await drive([member], scenario.startMs, Math.min(untilMs, endMs), (reachedMs) => {
    if (reachedMs === fromMs && reachedMs < endMs) shard.startTrace();
    return true;
  });
  return shard.trace ?? [];
}

// --- internal ---

/** Now and then between windows, the event loop gets a turn, so that an interrupt is seen. False: it was. */
async function rest(
  o: Pick<SimulateOptions, 'scenario' | 'signal' | 'onProgress'>,
  reachedMs: number,
): Promise<boolean> {
  const { startMs } = o.scenario;
  if (reachedMs > startMs && (reachedMs - startMs) % (60 * CROSSING_MS) === 0) {
    o.onProgress?.((reachedMs - startMs) / (endOf(o.scenario) - startMs), reachedMs);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return o.signal?.aborted !== true;
}

function endOf(scenario: Scenario): number {
  return scenario.startMs + Math.round(scenario.durationDays * DAY_MS);
}

function makeTeam(o: SimulateOptions, endMs: number): Member[] {
  const plans = planOf(o.scenario);
  const count = Math.max(1, Math.min(o.workers, plans.length));
  const groups = Array.from({ length: count }, (_, w) =>
    plans.filter((p) => p.index % count === w).map((p) => p.index),
  );
  const options = (indices: number[]) => ({ scenario: o.scenario, seed: o.seed, indices, endMs, ledger: o.ledger });
  if (count === 1 || o.create !== undefined)
    return [localMember(options(plans.map((p) => p.index)), o.create ?? createPipeline)];
  return groups.map((indices) => workerMember(options(indices)));
}

async function introduce(team: readonly Member[]): Promise<void> {
  const boxes = (await Promise.all(team.map((m) => m.boxes()))).flat().sort((a, b) => a.index - b.index);
  const borders = (await Promise.all(team.map((m) => m.borders(boxes))))
    .flat()
    .sort((a, b) => a.from - b.from || a.to - b.to);
  await Promise.all(
    team.map((m) =>
      m.start(
        borders.filter((b) => m.indices.has(b.from) || m.indices.has(b.to)),
        boxes,
      ),
    ),
  );
}

/**
 * Runs window after window, carrying what crosses from each to the next. `goOn` is asked at every boundary, the first and the last
 * included; returns the moment reached.
 */
async function drive(
  team: readonly Member[],
  startMs: number,
  endMs: number,
  goOn: (reachedMs: number) => boolean | Promise<boolean> = () => true,
): Promise<number> {
  let now = startMs;
  let inbox: Crossing[] = [];
  while ((await goOn(now)) && now < endMs) {
    now = Math.min(endMs, now + CROSSING_MS);
    inbox = await runWindow(team, now, inbox);
  }
  return now;
}

async function runWindow(team: readonly Member[], untilMs: number, inbox: Crossing[]): Promise<Crossing[]> {
  if (team.length === 1) return ordered(await team[0].run(untilMs, inbox));
  const parts = await Promise.all(
    team.map((m) => m.run(untilMs, inbox.length === 0 ? inbox : inbox.filter((c) => m.indices.has(c.to)))),
  );
  return ordered(parts.flat());
}
