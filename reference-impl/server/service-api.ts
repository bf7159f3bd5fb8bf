/** What the parts of the service are to each other. The engine owns pipeline, clock and database; doors hand it inputs, the hub sends what it publishes. */
import type { PlatformClock } from '../../contract/clock.ts';
import type { Onboarding } from '../../contract/onboarding.ts';
import type { PipelineInput, PipelineState, RowReceipt } from '../../contract/pipeline.ts';
import type { Preferences, Refusal, Ticket } from '../../contract/wire.ts';

/** A message on its way to residents; on disk before anyone sees it. */
export interface Published {
  /** Ascending from 1, without end. */
  id: number;
  type: 'alert' | 'post';
  /** JSON text: the alert's frame, or the post. */
  body: string;
  /** Residents, ascending; many messages may share one array. */
  audience: Uint32Array;
  /** When it was committed, Unix ms. */
  committedMs: number;
}

/** Marks an input that must be taken once however often it is sent. */
export interface Idempotency {
  /** Whose key it is, such as `agency:pd-000` or `resident:12`. */
  scope: string;
  key: string;
  /** SHA-256 of the body (and what else makes it the same request), hex. */
  digest: string;
}

export interface Taken {
  /** Receipts of a CAD message; empty for other inputs. */
  rows: RowReceipt[];
  /** True where the input was taken before, and this is that answer. */
  replayed: boolean;
}

/** The engine refuses: a name of REFUSALS says why. */
export class Refused extends Error {
  readonly refusal: Refusal;
  constructor(refusal: Refusal, message: string) {
    super(message);
    this.name = 'Refused';
    this.refusal = refusal;
  }
}

export type Phase = 'waiting' | 'serving' | 'draining' | 'closed';

export interface Resident {
  preferences: Required<Preferences>;
  muted: boolean;
  quit: boolean;
}

export interface Clip {
  clipId: string;
  device: number;
  /** Platform time. */
  atMs: number;
  durationMs: number;
}

export interface Engine {
  /** `waiting`: not onboarded. */
  readonly phase: Phase;
  /** False from a failed commit until the disk works again; every input is refused meanwhile. */
  readonly storageIsSound: boolean;
  /** The onboarding in force; null while waiting. */
  readonly onboarding: Onboarding | null;
  /** Wipes everything and starts anew with these agencies and residents; on disk when it resolves. Throws Refused('invalid') on a document that can't be worked with. */
  onboard(document: Onboarding): Promise<void>;
  clock(): PlatformClock;
  /** On disk when it resolves. Platform time never runs backwards: where the new clock is behind, it stands until it has caught up. */
  setClock(clock: PlatformClock): Promise<void>;
  /** Platform time. */
  nowMs(): number;
  /**
   * Hands an input to the pipeline now, in call order, and resolves once it and all that followed from it are on disk. Inputs that arrive
   * within one turn of the event loop share a commit. `device` inputs (motion) are not kept and resolve at once.
   * Throws Refused: not-ready, draining, overloaded, storage-failed, idempotency-key-reused, idempotency-key-busy, invalid (a wish that no resident can have), internal.
   */
  submit(input: PipelineInput, idempotency: Idempotency | null): Promise<Taken>;
  /** Keeps a clip's metadata, bounded in number and age. Resolves when on disk. */
  keepClip(clip: Clip): Promise<void>;
  /** Tickets waiting for a decision, oldest first. */
  tickets(): Ticket[];
  /** Null where there is no such resident. */
  resident(id: number): Resident | null;
  /** Sequence of the last message that was published to this resident; 0 before the first. Includes only what is on disk. */
  lastSequence(resident: number): number;
  /** The resident's kept messages with sequence above `after`, oldest first, at most `limit`; `gap`: the last sequence that is no longer kept, where it is above `after`, else null. */
  messagesAfter(
    resident: number,
    after: number,
    limit: number,
  ): { messages: { sequence: number; published: Published }[]; gap: number | null };
  /** Called after each commit with what it published, in order. `sequenceOf(i, r)` is the sequence of messages[i] for the r-th resident of its audience. */
  onPublished(listener: (batch: PublishedBatch) => void): void;
  /** Called when a resident left, once that is on disk. */
  onLeft(listener: (resident: number) => void): void;
  /** Called when everything was replaced by a new onboarding. */
  onReset(listener: () => void): void;
  /** For metrics. */
  figures(): EngineFigures;
  /** Takes no more inputs, commits what waits, closes the database. */
  close(): Promise<void>;
}

export interface PublishedBatch {
  messages: Published[];
  /** Sequences of messages[i] for its audience, in the audience's order. */
  sequences: Uint32Array[];
}

export interface EngineFigures {
  pendingInputs: number;
  pipeline: PipelineState;
  databaseBytes: { main: number; wal: number };
}
