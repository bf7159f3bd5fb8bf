/** The virtual clock: all agencies, window by window, on any number of workers. The outcome does not depend on the number. */
import type { CreatePipeline } from '../../contract/pipeline.ts';
import type { Scenario } from '../../contract/scenario.ts';
import { DAY_MS } from '../../contract/time.ts';
import { createPipeline } from '../../reference-impl/pipeline/pipeline.ts';
import { CROSSING_MS } from '../../simulator/reactions/reactions.ts';
import { orderCrossings, type Crossing } from './crossings.ts';
import type { ShardGroup } from './group.ts';
import { planAgencies } from './plan.ts';
import type { Recorder } from './recorder.ts';
import type { ShardResult, TracedEvent } from './shard-result.ts';
import { localMember, workerMember, type Member } from './team.ts';

/** Windows between two turns of the event loop. */
const WINDOWS_PER_TURN = 60;

export interface SimulateOptions {
  scenario: Scenario;
  seed: number;
  /** With more than 1, `create` must be left out: a function can't be sent to another thread. */
  workers: number;
  /** The pipeline under test; the reference pipeline if left out. */
  create?: CreatePipeline;
  /** Whether each result lists every call, job and post; false if left out. */
  ledger?: boolean;
  signal?: AbortSignal;
  /** Hears the share of the run that is done, 0 to 1, and the simulated moment. */
  onProgress?: (fraction: number, simulatedMs: number) => void;
}

export interface Simulated {
  /** By index of the agency. */
  shards: ShardResult[];
  /** The simulated moment reached: the scenario's end, or earlier if the signal ended the run. */
  endMs: number;
  /** True if the signal ended the run. */
  partial: boolean;
}

/** Runs a whole scenario. Rejects if a worker fails. */
export async function simulate(options: SimulateOptions): Promise<Simulated> {
  const { scenario } = options;
  const endMs = endOf(scenario);
  const team = makeTeam(options, endMs);
  try {
    await introduce(team);
    const reachedMs = await runWindows(team, scenario.startMs, endMs, (nowMs) => takeTurn(options, nowMs));
    const results = (await Promise.all(team.map((member) => member.finish()))).flat();
    return { shards: results.sort((a, b) => a.index - b.index), endMs: reachedMs, partial: reachedMs < endMs };
  } finally {
    await Promise.all(team.map((member) => member.close()));
  }
}

/** Runs a whole scenario in this thread and gives its shards, for those who look into the world itself. */
export async function simulateGroup(
  scenario: Scenario,
  seed: number,
  create: CreatePipeline = createPipeline,
): Promise<ShardGroup> {
  const member = wholeMember(scenario, seed, { create });
  await introduce([member]);
  await runWindows([member], scenario.startMs, endOf(scenario));
  return member.group;
}

export interface RecordedRunOptions extends Pick<SimulateOptions, 'scenario' | 'seed' | 'signal' | 'onProgress'> {
  recorder: Recorder;
  /** Is called, and waited for, at the start and after every window: the recorder has heard all that happened before `ms`, in all agencies. */
  reached: (ms: number) => Promise<void>;
}

/** Runs a scenario in this thread and tells a recorder what reaches the platforms. */
export async function simulateRecorded(
  options: RecordedRunOptions,
): Promise<{ group: ShardGroup; endMs: number; partial: boolean }> {
  const { scenario, seed, recorder } = options;
  const endMs = endOf(scenario);
  const member = wholeMember(scenario, seed, { recorder });
  await introduce([member]);
  const reachedMs = await runWindows([member], scenario.startMs, endMs, async (nowMs) => {
    await options.reached(nowMs);
    return takeTurn(options, nowMs);
  });
  return { group: member.group, endMs: reachedMs, partial: reachedMs < endMs };
}

/** A run that goes on only when it is told to. */
export interface SteppedRun {
  group: ShardGroup;
  /** All events before it have happened. */
  readonly nowMs: number;
  /** Runs until `untilMs`, exclusive, which is at most CROSSING_MS after `nowMs`. */
  advance(untilMs: number): Promise<void>;
}

/** Starts a scenario in this thread, to be run step by step, and tells a recorder what reaches the platforms. */
export async function startStepped(scenario: Scenario, seed: number, recorder: Recorder): Promise<SteppedRun> {
  const member = wholeMember(scenario, seed, { recorder });
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

/** Every event of one agency in [fromMs, untilMs), found by running the scenario again. Used to name the first difference between two runs. */
export async function traceWindow(
  scenario: Scenario,
  seed: number,
  agency: string,
  fromMs: number,
  untilMs: number,
): Promise<TracedEvent[]> {
  const endMs = endOf(scenario);
  const member = wholeMember(scenario, seed);
  await introduce([member]);
  const shard = member.group.shards.find((s) => s.plan.id === agency);
  if (shard === undefined) return [];
  await runWindows([member], scenario.startMs, Math.min(untilMs, endMs), (nowMs) => {
    if (nowMs === fromMs && nowMs < endMs) shard.startTrace();
    return true;
  });
  return shard.trace ?? [];
}

// --- internal ---

/** Gives the event loop a turn now and then, so that an interrupt is noticed. False if the run was interrupted. */
async function takeTurn(
  { scenario, signal, onProgress }: Pick<SimulateOptions, 'scenario' | 'signal' | 'onProgress'>,
  nowMs: number,
): Promise<boolean> {
  const elapsedMs = nowMs - scenario.startMs;
  if (elapsedMs > 0 && elapsedMs % (WINDOWS_PER_TURN * CROSSING_MS) === 0) {
    onProgress?.(elapsedMs / (endOf(scenario) - scenario.startMs), nowMs);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return signal?.aborted !== true;
}

function endOf(scenario: Scenario): number {
  return scenario.startMs + Math.round(scenario.durationDays * DAY_MS);
}

/** One member with all agencies, in this thread. */
function wholeMember(
  scenario: Scenario,
  seed: number,
  { create = createPipeline, recorder = null }: { create?: CreatePipeline; recorder?: Recorder | null } = {},
): Member & { group: ShardGroup } {
  const indices = planAgencies(scenario).map((plan) => plan.index);
  return localMember({ scenario, seed, indices, endMs: endOf(scenario) }, create, recorder);
}

function makeTeam({ scenario, seed, workers, create, ledger }: SimulateOptions, endMs: number): Member[] {
  const indices = planAgencies(scenario).map((plan) => plan.index);
  const count = Math.max(1, Math.min(workers, indices.length));
  if (count === 1 || create !== undefined)
    return [localMember({ scenario, seed, indices, endMs, ledger }, create ?? createPipeline)];
  return Array.from({ length: count }, (_, worker) =>
    workerMember({ scenario, seed, indices: indices.filter((index) => index % count === worker), endMs, ledger }),
  );
}

/** Tells every member which residents of other agencies live near its own, and starts it. */
async function introduce(team: readonly Member[]): Promise<void> {
  const boxes = (await Promise.all(team.map((member) => member.boxes()))).flat().sort((a, b) => a.index - b.index);
  const borders = (await Promise.all(team.map((member) => member.borders(boxes))))
    .flat()
    .sort((a, b) => a.from - b.from || a.to - b.to);
  await Promise.all(
    team.map((member) => {
      const own = borders.filter(({ from, to }) => member.indices.has(from) || member.indices.has(to));
      return member.start(own, boxes);
    }),
  );
}

/**
 * Runs window after window and carries crossings from each to the next. Asks `goOn` at every boundary, the first and the last included. Returns the
 * simulated moment reached.
 */
async function runWindows(
  team: readonly Member[],
  startMs: number,
  endMs: number,
  goOn: (nowMs: number) => boolean | Promise<boolean> = () => true,
): Promise<number> {
  let nowMs = startMs;
  let inbox: Crossing[] = [];
  while ((await goOn(nowMs)) && nowMs < endMs) {
    nowMs = Math.min(endMs, nowMs + CROSSING_MS);
    inbox = await runWindow(team, nowMs, inbox);
  }
  return nowMs;
}

async function runWindow(team: readonly Member[], untilMs: number, inbox: Crossing[]): Promise<Crossing[]> {
  if (team.length === 1) return orderCrossings(await team[0].run(untilMs, inbox));
  const parts = await Promise.all(
    team.map((member) =>
      member.run(untilMs, inbox.length === 0 ? inbox : inbox.filter(({ to }) => member.indices.has(to))),
    ),
  );
  return orderCrossings(parts.flat());
}
