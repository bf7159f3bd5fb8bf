/** The result of a shard's run, and the notes that it makes on the way. */
import type { Dialect, ReactionName } from '../../contract/catalogue.ts';
import type { DELAY_STAGES } from '../../contract/record/kinds.ts';
import type { FaultLine, MapFile } from '../../contract/record/lines.ts';
import type { RunRecord } from '../../contract/record/run-record.ts';
import type { Judgement } from '../../oracle/oracle-api.ts';
import type { VideoCounts } from '../../simulator/reactions/video-portal.ts';
import type { Ledger } from '../../simulator/world/ledger.ts';
import type { LoopDay } from '../../simulator/world/tally.ts';
import type { World } from '../../simulator/world/world.ts';

/** State of an agency's history at an hour; a line of checkpoints.jsonl. */
export interface Checkpoint {
  agency: string;
  /** Counts from 0. */
  checkpoint: number;
  /** Every event before this moment is in `events` and `hash`. */
  untilMs: number;
  events: number;
  hash: string;
}

/** One event of the kernel, written down to find the first difference between two runs. */
export interface TracedEvent {
  timeMs: number;
  kind: number;
  entity: number;
  ordinal: number;
  /** History hash before the event. */
  hash: string;
}

export type DelayStage = (typeof DELAY_STAGES)[number];

/** Everything that a run keeps of one agency. */
export interface ShardResult {
  index: number;
  id: string;
  name: string;
  feeds: Dialect[];
  population: number;
  households: number;
  doorbells: number;
  appUsers: number;
  historyHash: string;
  events: number;
  motions: number;
  daily: RunRecord['agencies'][number]['daily'];
  checkpoints: Checkpoint[];
  incidents: number;
  calls: number;
  inducedCalls: number;
  inducedIncidents: number;
  posts: number;
  hourlyCalls: number[];
  cadRecords: number;
  cadMessages: number;
  judgement: Judgement;
  faults: FaultLine[];
  /** Number of received records by the receipt's outcome. */
  receipts: Record<string, number>;
  /** Milliseconds of each leg, one for each alert whose record is known. */
  delays: Record<DelayStage, number[]>;
  police: ReturnType<World['dispatch']['measures']>;
  centre: ReturnType<World['centre']['measures']>;
  newsroom: ReturnType<World['newsroom']['measures']>;
  reactions: Record<ReactionName, number>;
  video: VideoCounts;
  dailyLoop: LoopDay[];
  /** Moment at which the loop of alerts and calls was stopped as unstable; null if it was not. */
  loopStoppedMs: number | null;
  /** Null unless the run was asked to keep it. */
  ledger: Ledger | null;
  map: MapFile['agencies'][number];
  radii: MapFile['radii'];
}
