/** What the oracle is told, and what it answers. It never calls the pipeline's code. */
import type { AgencyProfile } from '../contract/agency.ts';
import type { MsgType } from '../contract/alert.ts';
import type { Category } from '../contract/catalogue.ts';
import type { MessageManifest, PrivateString } from '../contract/manifest.ts';
import type { PipelineInput, PipelineOutput } from '../contract/pipeline.ts';
import type { Roster } from '../contract/roster.ts';
import type { Truth, Verdict } from '../contract/record/kinds.ts';
import type { AlertLine } from '../contract/record/lines.ts';

export interface OracleConfig {
  agencies: AgencyProfile[];
  roster: Roster;
  runKey: string;
  bodyLengthMax: number;
  /** Half-width of the 'may' band around every edge of a rule, ms; 0 in virtual time, where everything is exact. */
  toleranceMs: number;
  /** So much later, and never earlier, the platform may besides have taken whatever arrived, ms; 0 where left out. */
  graceMs?: number;
  /** A delivery later than this after it was due is late. */
  latenessMsMax: number;
  /** False where review requests can't be observed, so that none can be missed. */
  ticketsSeen?: boolean;
}

/** How an input arrived, where it did not simply arrive at that moment: on the wall clock much of that is known from the sender's side only. */
export interface Arrival {
  /** When it was meant to arrive: lateness of what follows counts from there. */
  meantMs?: number;
  /** It may have arrived up to so much later: it took several attempts until it was acknowledged. */
  spreadMs?: number;
  /** It was sent and never acknowledged: whether anything follows from it is not known. */
  unsure?: boolean;
  /** The platform's clock stood still: no tolerance is needed. */
  exact?: boolean;
  /** No receipt is given to such an input, such as a portal's answer. */
  withoutReceipt?: boolean;
}

/** When each resident of a message's audience received it, in the audience's order. */
export interface Reception {
  atMs: Float64Array;
  /** Since when it could be reached without a break: who comes back gets what fell due meanwhile, and that is not late. */
  reachableMs: Float64Array;
}

/**
 * What (alert, resident, message type) stands at: owed, or not owed; open by the clock's tolerance (`may`); or `unsure`, since it is not
 * known what the target was given, and when.
 */
export type Standing = 'must' | 'may' | 'unsure' | 'must-not';

/** Why a resident could not be reached with what fell due at a moment; null where it could. */
export type Unreachable = (
  resident: number,
  dueMs: number,
) => { verdict: 'disconnected' | 'shed'; detail: string } | null;

/** What really happened behind one CAD record: from the world alone. */
export interface RecordTruth {
  /** The world's key of the incident: records of one incident share it. */
  incident: number;
  onsetMs: number;
  /** True where nothing had happened: hoax, false alarm, harmless encounter. */
  nothing: boolean;
  /** The alert category of what really happened; null for an event of none. */
  category: Category | null;
  /** Every published place that would be right: the block, its two crossings, its area, the jurisdiction, or the stretch of highway. */
  places: string[];
  /** When the source cancelled the record or closed it as unfounded or duplicate, null if it has not (yet). */
  withdrawnMs: number | null;
}

export interface TruthView {
  /** Null where the world knows no such record. */
  record(agency: string, recordId: string): RecordTruth | null;
}

export interface Violation {
  verdict: Verdict;
  incidents: string;
  /** What was wrong, in closed words: `wrong-place`, `not-owed:cancelled`, `too-far`, `muted`, ... Never private text. */
  detail: string;
  /** Null where it concerns every delivery of a message, or more than are worth naming. */
  resident: number | null;
  /** Deliveries that it stands for: 1 where a resident is named. */
  deliveries: number;
}

export interface Leak {
  egress: 'frame' | 'review' | 'log' | 'receipt' | 'post';
  kind: string;
  incidents: string | null;
  /** Residents whose frame carried it; 1 at every other egress. */
  frames: number;
}

export interface Judgement {
  verdicts: Record<Verdict, number>;
  truth: Record<Truth, number>;
  truthByDelivery: Record<Truth, number>;
  duty: { alerts: number; deliveries: number; alertsNeverSent: number };
  /** One per message published, in order of observation; `delayMs` is left empty. */
  lines: AlertLine[];
  violations: Violation[];
  leaks: Leak[];
  framesScanned: number;
  review: { texts: number; words: number; blanked: number };
  /** Suppression reason of each record's latest evaluation, by count, by the oracle's own reckoning. */
  suppressed: Record<string, number>;
  withheld: Record<string, number>;
  /** Messages whose receipts were missing, doubled or differ from what the rules demand, by messageId. */
  wrongReceipts: { messageId: string; expected: string; found: string }[];
}

export interface Oracle {
  /** The record's private strings, told before the message that carries them reaches the door; may add to earlier ones. */
  learnPrivate(agency: string, recordId: string, strings: PrivateString[]): void;
  /** An input reached the target's door. CAD messages come with the world's manifest. Wakes need not be told. */
  door(input: PipelineInput, manifest: MessageManifest | null, atMs: number, arrival?: Arrival): void;
  /** The target gave an output; `atMs` is when it was first seen. With a reception, lateness is each resident's own, and so is staleness: what is old only because it came late. */
  observe(output: PipelineOutput, atMs: number, reception?: Reception): void;
  /** After a full drain. Everybody could always be reached where `unreachable` is left out. */
  judge(truth: TruthView, unreachable?: Unreachable): Judgement;
  /** Once everything was told. */
  stands(incidents: string, msgType: MsgType, resident: number): Standing;
}

export type CreateOracle = (config: OracleConfig) => Oracle;
