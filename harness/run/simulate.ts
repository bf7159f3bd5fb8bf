/** The virtual clock: all agencies, window by window, on any number of workers, with the same outcome. */
import type { CreatePipeline } from '../../contract/pipeline.ts';
import type { Scenario } from '../../contract/scenario.ts';
import { DAY_MS } from '../../contract/time.ts';
import { createPipeline } from '../../reference-impl/pipeline/pipeline.ts';
import { CROSSING_MS } from '../../simulator/reactions/reactions.ts';
import { ordered, type ShardGroup } from './group.ts';
import { planOf } from './plan.ts';
import type { Crossing, ShardResult, TracedEvent } from './shard.ts';
import { localMember, workerMember, type Member } from './team.ts';

export interface SimulateOptions {
  scenario: Scenario;
  seed: number;
  workers: number;
  /** The pipeline under test; the reference pipeline where left out. With workers above 1 it must be left out. */
  create?: CreatePipeline;
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
    const now = await drive(team, scenario.startMs, endMs, async (reachedMs) => {
      // Between windows the event loop gets a turn, so that an interrupt is seen.
      if (reachedMs > scenario.startMs && (reachedMs - scenario.startMs) % (60 * CROSSING_MS) === 0) {
        o.onProgress?.((reachedMs - scenario.startMs) / (endMs - scenario.startMs), reachedMs);
        await new Promise((resolve) => setImmediate(resolve));
      }
      return o.signal?.aborted !== true;
    });
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

function endOf(scenario: Scenario): number {
  return scenario.startMs + Math.round(scenario.durationDays * DAY_MS);
}

function makeTeam(o: SimulateOptions, endMs: number): Member[] {
  const plans = planOf(o.scenario);
  const count = Math.max(1, Math.min(o.workers, plans.length));
  const groups = Array.from({ length: count }, (_, w) =>
    plans.filter((p) => p.index % count === w).map((p) => p.index),
  );
  const options = (indices: number[]) => ({ scenario: o.scenario, seed: o.seed, indices, endMs });
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
