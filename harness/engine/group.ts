/** The shards that one worker runs: built, introduced to their neighbours, run window by window, and finished. The main thread runs them in the same way. */
import type { CreatePipeline } from '../../contract/pipeline.ts';
import type { Roster } from '../../contract/roster.ts';
import type { Scenario } from '../../contract/scenario.ts';
import { cellSide } from '../../simulator/city/city.ts';
import type { Crossing, SentCrossings } from './crossings.ts';
import { planAgencies } from './plan.ts';
import type { Recorder } from './recorder.ts';
import type { ShardResult } from './shard-result.ts';
import { Shard, type AgencyBox } from './shard.ts';

export interface GroupOptions {
  scenario: Scenario;
  seed: number;
  /** Agencies of this group, by index. */
  indices: number[];
  endMs: number;
  /** Whether each result lists every call, job and post; false if left out. */
  ledger?: boolean;
}

/** Residents of agency `from` whom alerts of agency `to` may reach. */
export interface Border {
  from: number;
  to: number;
  roster: Roster;
}

export class ShardGroup {
  readonly shards: Shard[];

  constructor(options: GroupOptions, create: CreatePipeline, recorder: Recorder | null = null) {
    const { scenario, seed, endMs } = options;
    const plans = planAgencies(scenario);
    const persons = plans.map((plan) => plan.persons);
    const cellSideDm = cellSide(persons, scenario.people.personsPerKm2);
    const ledger = options.ledger ?? false;
    this.shards = options.indices.map(
      (index) =>
        new Shard({
          scenario,
          seed,
          plan: plans[index],
          agencyCount: plans.length,
          cellSideDm,
          create,
          endMs,
          recorder,
          ledger,
        }),
    );
  }

  boxes(): AgencyBox[] {
    return this.shards.map((shard) => ({ index: shard.plan.index, box: shard.box }));
  }

  /** The residents of this group whom alerts of other agencies may reach. */
  borders(boxes: readonly AgencyBox[]): Border[] {
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

  /** `borders` holds all that concern this group, as sender or receiver, in order of (from, to); `boxes` those of all agencies by index. */
  start(borders: readonly Border[], boxes: readonly AgencyBox[]): void {
    for (const shard of this.shards) {
      const { index } = shard.plan;
      const rosters = borders.filter((border) => border.to === index).map((border) => border.roster);
      const neighbours = borders.filter((border) => border.from === index).map((border) => boxes[border.to]);
      shard.start(rosters, neighbours);
    }
  }

  /** Runs one window. `inbox` is in order of (source, sequence), and so is what the shards send in it. */
  run(untilMs: number, inbox: readonly Crossing[]): SentCrossings[] {
    const sent: SentCrossings[] = [];
    for (const shard of this.shards) {
      shard.run(untilMs, inbox.length === 0 ? inbox : inbox.filter((crossing) => crossing.to === shard.plan.index));
      if (shard.outbox.length > 0) {
        sent.push({ source: shard.plan.index, crossings: shard.outbox });
        shard.outbox = [];
      }
    }
    return sent;
  }

  finish(): ShardResult[] {
    return this.shards.map((shard) => shard.finish());
  }
}
