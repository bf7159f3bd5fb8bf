/**
 * The oracle's interface. The oracle judges an alert pipeline from the outside: it reads the inputs that reached the pipeline's
 * door and the outputs that came back, and compares both with docs/reference/rules.md and with what really happened. It runs its own code,
 * never the pipeline's.
 *
 *     const oracle = createOracle(config); // oracle.ts
 *     oracle.learnPrivate(agency, recordId, strings); // before the message that carries these strings
 *     oracle.door(input, manifest, atMs); // each input, in order of arrival
 *     oracle.observe(output, atMs); // each output, in order with the inputs
 *     const judgement = oracle.judge(truth); // once the pipeline is drained
 *
 * All times are simulated milliseconds, UTC, by the target's clock. Calls must come in order of time.
 */
import type { AgencyProfile } from '../contract/agency.ts';
import type { MsgType } from '../contract/alert.ts';
import type { Category } from '../contract/catalogue.ts';
import type { MessageManifest, PrivateString } from '../contract/manifest.ts';
import type { PipelineInput, PipelineOutput } from '../contract/pipeline.ts';
import type { Roster } from '../contract/roster.ts';
import type { Truth, Verdict } from '../contract/record/kinds.ts';
import type { AlertLine } from '../contract/record/lines.ts';

/** Makes an oracle for one run of one target. */
export type CreateOracle = (config: OracleConfig) => Oracle;

/** An oracle for one run. The file's header shows the order of calls. */
export interface Oracle {
  /**
   * Tells the private strings of a record. Call it before the message that carries them reaches the door. A second call for the
   * same record adds to the strings of the first.
   */
  learnPrivate(agency: string, recordId: string, strings: PrivateString[]): void;
  /**
   * Tells that an input reached the target's door at `atMs`. A CAD message comes with the world's manifest of it, null if its body
   * says nothing; every other input comes with null. Wakes may be left out.
   */
  door(input: PipelineInput, manifest: MessageManifest | null, atMs: number, arrival?: Arrival): void;
  /**
   * Tells that the target gave an output, first seen at `atMs`. If `reception` is given, a message's lateness and age are judged
   * resident by resident; without it every resident counts as having received it at `atMs`.
   */
  observe(output: PipelineOutput, atMs: number, reception?: Reception): void;
  /** Judges all that was told. Call it after the target is drained. Without `unreachable`, everybody could always be reached. */
  judge(truth: TruthView, unreachable?: Unreachable): Judgement;
  /** Whether a resident is owed a message of this type under an alert's key. Call it only after everything was told. */
  stands(incidents: string, msgType: MsgType, resident: number): Standing;
}

/** The agencies and residents of a run, and how exactly its clock is known. */
export interface OracleConfig {
  agencies: AgencyProfile[];
  roster: Roster;
  /** The secret that alert keys are made with (docs/reference/rules.md, 'One event, one alert'). */
  runKey: string;
  /** Longest body that the target must accept, UTF-16 units. */
  bodyLengthMax: number;
  /**
   * Half-width of the band around every edge of a rule inside which both outcomes are right, ms. Use 0 in virtual time: there the
   * target's clock is known exactly.
   */
  toleranceMs: number;
  /** How much later the target may have taken an input than it arrived, on top of the tolerance, ms. 0 if left out. */
  graceMs?: number;
  /** A delivery is late if it comes more than this after it was due, ms. */
  latenessMsMax: number;
  /** False if nobody sees the target's review requests, so that a missing one proves nothing. True if left out. */
  ticketsSeen?: boolean;
}

/** How an input arrived, if it did not simply arrive at its moment. On the wall clock, much of this is known from the sender's side only. */
export interface Arrival {
  /** When the input was meant to arrive, ms; lateness of its outputs counts from there. The moment of arrival if left out. */
  meantMs?: number;
  /** The input may have arrived up to this much later, ms: it was acknowledged only after several attempts. 0 if left out. */
  spreadMs?: number;
  /** True if the input was sent and never acknowledged: nobody knows whether the target acted on it. */
  unsure?: boolean;
  /** True if the target's clock stood still, so that this input needs no tolerance and no grace. */
  exact?: boolean;
  /** True if the target gives no receipt to such an input. A portal that the target polls by itself is one. */
  withoutReceipt?: boolean;
}

/** When each resident of a message's audience received it. Both columns follow the audience's order. */
export interface Reception {
  atMs: Float64Array;
  /**
   * Since when the resident could be reached without a break, ms. A resident who comes back receives what fell due in the meantime,
   * and that is not late.
   */
  reachableMs: Float64Array;
}

/**
 * The rules' answer for one (alert, resident, message type).
 *
 * - `must`: the message is owed.
 * - `may`: both are right, because the clock's tolerance leaves the decision open.
 * - `unsure`: both are right, because nobody knows what input the target had, or when.
 * - `must-not`: the message is not owed.
 */
export type Standing = 'must' | 'may' | 'unsure' | 'must-not';

/** Why a resident could not be reached with what fell due at `dueMs`; null if it could. */
export type Unreachable = (
  resident: number,
  dueMs: number,
) => { verdict: 'disconnected' | 'shed'; detail: string } | null;

/** The world's own account of its records. */
export interface TruthView {
  /** Null if the world has no such record. */
  record(agency: string, recordId: string): RecordTruth | null;
}

/** The event that really happened behind one CAD record, from the world alone. */
export interface RecordTruth {
  /** The world's key of the incident: records of one incident share it. */
  incident: number;
  onsetMs: number;
  /** True if nothing had happened: a hoax, a false alarm or a harmless encounter. */
  nothing: boolean;
  /** The alert category of what really happened; null if no category fits. */
  category: Category | null;
  /** Every published place that is right: the block, its two crossings, its area, the jurisdiction, or the stretch of highway. */
  places: string[];
  /** When the source cancelled the record or closed it as unfounded or duplicate; null if it has not done so. */
  withdrawnMs: number | null;
}

/** The oracle's findings about one run. */
export interface Judgement {
  /** Deliveries by verdict. */
  verdicts: Record<Verdict, number>;
  /** Alerts by their primary truth. */
  truth: Record<Truth, number>;
  /** The same, with each alert counted once for each resident of its audience. */
  truthByDelivery: Record<Truth, number>;
  /** The rules' demands: Alerts, their recipients in all, and the Alerts among them that the target never sent. */
  owed: { alerts: number; deliveries: number; alertsNeverSent: number };
  /** One line for each message published, in order of observation. `delayMs` is left empty. */
  lines: AlertLine[];
  violations: Violation[];
  leaks: Leak[];
  /** Frames searched for private strings, counted once for each resident who received one. */
  framesScanned: number;
  /** Review requests: their number, the words in their texts, and how many strings were blanked in them. */
  review: { texts: number; words: number; blanked: number };
  /** Records by the reason why they have no alert of their own, by the oracle's latest reckoning of each. */
  suppressed: Record<string, number>;
  /** Alerts that the target reported as withheld, by its reason. */
  withheld: Record<string, number>;
  /** Receipts that are missing, doubled or not what the rules demand. `expected` and `found` list `row:outcome`. */
  wrongReceipts: { messageId: string; expected: string; found: string }[];
}

/** One thing that the target did wrong. */
export interface Violation {
  verdict: Verdict;
  /** Key of the alert; `unreadable` if the frame had none. */
  incidents: string;
  /** The fault in closed words: `wrong-place`, `not-owed:cancelled`, `too-far`, `muted`, ... Never private text. */
  detail: string;
  /** Null if more residents are concerned than are worth naming. */
  resident: number | null;
  /** Deliveries that this entry stands for; 1 if a resident is named. */
  deliveries: number;
}

/** A private string that left the target. */
export interface Leak {
  egress: 'frame' | 'review' | 'log' | 'receipt' | 'post';
  /** The kind of the string, never the string. */
  kind: string;
  /** Key of the alert that carried it; null outside alerts. */
  incidents: string | null;
  /** Residents who received the frame that carried it; 1 at every other egress. */
  frames: number;
}
