/** The shards that one worker runs: built, introduced to their neighbours, run window by window, finished. The same in the main thread. */
import type { CreatePipeline } from '../../contract/pipeline.ts';
import type { Box } from '../../contract/plane.ts';
import type { Roster } from '../../contract/roster.ts';
import type { Scenario } from '../../contract/scenario.ts';
import { cellSide } from '../../simulator/city/city.ts';
import { planOf } from './plan.ts';
import type { Recorder } from './recorder.ts';
import { Shard, type Crossing, type ShardResult } from './shard.ts';

export interface GroupOptions {
  scenario: Scenario;
  seed: number;
  /** Agencies of this group, by index. */
  indices: number[];
  endMs: number;
  /** Whether all that happened is told one by one; not where left out. */
  ledger?: boolean;
}

/** Residents of one agency whom another's alerts may concern. */
export interface Border {
  from: number;
  to: number;
  roster: Roster;
}

export class ShardGroup {
  readonly shards: Shard[];

  constructor(o: GroupOptions, create: CreatePipeline, recorder: Recorder | null = null) {
    const plans = planOf(o.scenario);
    const cellSideDm = cellSide(
      plans.map((p) => p.persons),
      o.scenario.people.personsPerKm2,
    );
    this.shards = o.indices.map(
      (index) =>
        new Shard({
          scenario: o.scenario,
          seed: o.seed,
          plan: plans[index],
          agencyCount: plans.length,
          cellSideDm,
          create,
          endMs: o.endMs,
          recorder,
          ledger: o.ledger ?? false,
        }),
    );
  }

  boxes(): { index: number; box: Box }[] {
    return this.shards.map((s) => ({ index: s.plan.index, box: s.box }));
  }

  /** What this group's residents bring to other agencies. */
  borders(boxes: readonly { index: number; box: Box }[]): Border[] {
    const borders: Border[] = [];
    for (const shard of this.shards) {
      for (const { index, box } of boxes) {
        if (index === shard.plan.index) continue;
        const roster = shard.rosterNear(box);
        if (roster.ids.length > 0) borders.push({ from: shard.plan.index, to: index, roster });
      }
    }
    return borders;
  }

  /** `borders`: all that concern this group, as sender or receiver, in order of (from, to). */
  start(borders: readonly Border[], boxes: readonly { index: number; box: Box }[]): void {
    for (const shard of this.shards) {
      const { index } = shard.plan;
      const neighbours = borders.filter((b) => b.from === index).map((b) => boxes[b.to]);
      shard.start(
        borders.filter((b) => b.to === index).map((b) => b.roster),
        neighbours,
      );
    }
  }

  /** Runs one window; `inbox` in order of (source, sequence). Returns what crosses, in the same order. */
  run(untilMs: number, inbox: readonly Crossing[]): { source: number; crossings: Crossing[] }[] {
    const out: { source: number; crossings: Crossing[] }[] = [];
    for (const shard of this.shards) {
      shard.run(untilMs, inbox.length === 0 ? inbox : inbox.filter((c) => c.to === shard.plan.index));
      if (shard.outbox.length > 0) {
        out.push({ source: shard.plan.index, crossings: shard.outbox });
        shard.outbox = [];
      }
    }
    return out;
  }

  finish(): ShardResult[] {
    return this.shards.map((s) => s.finish());
  }
}

/** What crosses, in the one order that every run uses: by source agency, then as sent. */
export function ordered(parts: readonly { source: number; crossings: Crossing[] }[]): Crossing[] {
  if (parts.length === 0) return [];
  return [...parts].sort((a, b) => a.source - b.source).flatMap((p) => p.crossings);
}
