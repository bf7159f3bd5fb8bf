/**
 * The service's heart: takes inputs in one order, hands them to the pipeline, and answers once they and all that followed from them are
 * on disk. What arrives within one turn of the event loop shares a commit.
 */
import { CATEGORIES } from '../../../contract/catalogue.ts';
import { platformMsAt, REAL_TIME, type PlatformClock } from '../../../contract/clock.ts';
import type { Onboarding } from '../../../contract/onboarding.ts';
import type { PipelineInput, PipelineOutput, RowReceipt } from '../../../contract/pipeline.ts';
import { ROSTER_MUTED, ROSTER_QUIT } from '../../../contract/roster.ts';
import { HOUR_MS, MINUTE_MS } from '../../../contract/time.ts';
import type { Ticket } from '../../../contract/wire.ts';
import {
  Refused,
  type Clip,
  type Engine,
  type EngineFigures,
  type Idempotency,
  type Phase,
  type PublishedBatch,
  type Resident,
  type Taken,
} from '../service-api.ts';
import { Batch } from './batch.ts';
import { checkClock, checkInput, checkOnboarding } from './check.ts';
import { parseReplies, Replies } from './replies.ts';
import { purgePart } from './retention.ts';
import { newTown, replayTown, storedTown, type Town } from './town.ts';
import { errorFields, type Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { openStore, type Store } from '../store/store.ts';
import { storeError } from '../store/store-error.ts';

export interface EngineLimits {
  /** Inputs waiting for their commit before further ones are refused. */
  pendingInputsMax: number;
  /** How long inputs' text, messages and clips' metadata are kept, platform time. */
  retainMs: number;
  /** Messages kept for resumption, however young: in memory 4 bytes for each recipient, besides text and audience. */
  messagesMax: number;
  /** How long answers under idempotency keys are kept, wall time. */
  replyRetainMs: number;
  /** Such answers kept, however young: in memory about 300 bytes each. */
  repliesMax: number;
  clipsMax: number;
}

const ENGINE_LIMITS: Readonly<EngineLimits> = {
  pendingInputsMax: 5000,
  retainMs: 24 * HOUR_MS,
  messagesMax: 50_000,
  replyRetainMs: HOUR_MS,
  repliesMax: 250_000,
  clipsMax: 100_000,
};

export interface EngineOptions {
  dataDir: string;
  log: Log;
  metrics: Metrics;
  limits?: Partial<EngineLimits>;
  /** The host's clock, Unix ms. */
  wallMs?: () => number;
}

/** Opens the data folder and makes good what a crash left. Throws a StoreError where the folder can't be worked with. */
export function openEngine(options: EngineOptions): Engine {
  return new StoredEngine(options);
}

// --- internal ---

/** How often it is looked whether the pipeline asked to be woken, whether a failed disk works again, and whether a purge is due. */
const TICK_MS = 1000;
const PURGE_EVERY_MS = MINUTE_MS;
/** How long a pipeline may be made anew at a stretch while doors are open. */
const MEND_SLICE_MS = 20;
const REPLIES_SLICE = 500;

class StoredEngine implements Engine {
  readonly #log: Log;
  readonly #metrics: Metrics;
  readonly #limits: EngineLimits;
  readonly #wallMs: () => number;
  readonly #store: Store;
  readonly #timer: NodeJS.Timeout;
  readonly #publishedListeners: ((batch: PublishedBatch) => void)[] = [];
  readonly #leftListeners: ((resident: number) => void)[] = [];
  readonly #resetListeners: (() => void)[] = [];
  #town: Town | null = null;
  #replies: Replies;
  #platformClock: PlatformClock;
  /** Platform time of the latest input: the pipeline's time never runs backwards. */
  #lastMs = -Infinity;
  /** That of the latest motion, which is not logged. */
  #lastSeenMs = -Infinity;
  #lastCommitId = 0;
  #batch: Batch | null = null;
  #stopped: 'draining' | 'closed' | null = null;
  /** `failed`: a commit failed, so that the pipeline is ahead of the disk. Nothing is taken until it was made anew from there, `mending`. */
  #storage: 'sound' | 'failed' | 'mending' = 'sound';
  #purgeAtMs: number;

  constructor({ dataDir, log, metrics, limits, wallMs = Date.now }: EngineOptions) {
    this.#log = log;
    this.#metrics = metrics;
    this.#limits = { ...ENGINE_LIMITS, ...limits };
    this.#wallMs = wallMs;
    this.#replies = new Replies(this.#limits.repliesMax);
    const { store, tornBytes } = openStore(dataDir);
    this.#store = store;
    try {
      if (tornBytes > 0) log.warn('torn-tail', { bytes: tornBytes });
      this.#platformClock = store.clock() ?? REAL_TIME;
      this.#town = storedTown(store);
      if (this.#town !== null) this.#recover(this.#town);
    } catch (error) {
      store.close();
      throw storeError(error);
    }
    this.#purgeAtMs = wallMs() + PURGE_EVERY_MS;
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.#timer.unref();
  }

  get phase(): Phase {
    return this.#stopped ?? (this.#town === null ? 'waiting' : 'serving');
  }

  get storageIsSound(): boolean {
    return this.#storage === 'sound';
  }

  get onboarding(): Onboarding | null {
    return this.#town?.onboarding ?? null;
  }

  async onboard(document: Onboarding): Promise<void> {
    checkOnboarding(document, this.#limits.retainMs);
    this.#mustBeOpen();
    this.#commit();
    this.#mustStore();
    const town = newTown(document);
    this.#attempt(() => this.#store.replaceAll(JSON.stringify(document)));
    this.#town = town;
    this.#replies = new Replies(this.#limits.repliesMax);
    this.#lastMs = -Infinity;
    this.#lastSeenMs = -Infinity;
    this.#lastCommitId = 0;
    this.#checkpoint();
    this.#tell(this.#resetListeners, undefined);
  }

  clock(): PlatformClock {
    return this.#platformClock;
  }

  async setClock(clock: PlatformClock): Promise<void> {
    checkClock(clock);
    this.#mustBeOpen();
    // What was handed in before keeps its time.
    this.#commit();
    this.#attempt(() => this.#store.writeClock(clock));
    this.#platformClock = clock;
  }

  nowMs(): number {
    return Math.max(this.#lastMs, platformMsAt(this.#platformClock, this.#wallMs()));
  }

  submit(input: PipelineInput, idempotency: Idempotency | null): Promise<Taken> {
    try {
      return this.#take(this.#mustServe(), input, idempotency);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async keepClip(clip: Clip): Promise<void> {
    this.#mustServe();
    const batch = this.#mustTake();
    await new Promise<Taken>((resolve, reject) => {
      batch.addClip(clip, { idempotency: null, rows: [], resolve, reject });
    });
  }

  tickets(): Ticket[] {
    return this.#town?.live.tickets() ?? [];
  }

  resident(id: number): Resident | null {
    const wishes = this.#town?.live.wishes.of(id) ?? null;
    if (wishes === null) return null;
    return {
      preferences: {
        radiusM: wishes.radiusDm / 10,
        categories: CATEGORIES.filter((_, i) => (wishes.categories & (1 << i)) !== 0),
      },
      muted: (wishes.flags & ROSTER_MUTED) !== 0,
      quit: (wishes.flags & ROSTER_QUIT) !== 0,
    };
  }

  lastSequence(resident: number): number {
    return this.#town?.outbox.lastSequence(resident) ?? 0;
  }

  messagesAfter(resident: number, after: number, limit: number): ReturnType<Engine['messagesAfter']> {
    return this.#town?.outbox.messagesAfter(resident, after, limit) ?? { messages: [], gap: null };
  }

  onPublished(listener: (batch: PublishedBatch) => void): void {
    this.#publishedListeners.push(listener);
  }

  onLeft(listener: (resident: number) => void): void {
    this.#leftListeners.push(listener);
  }

  onReset(listener: () => void): void {
    this.#resetListeners.push(listener);
  }

  figures(): EngineFigures {
    return {
      pendingInputs: this.#batch?.size ?? 0,
      pipeline: this.#town?.live.pipeline.state() ?? { records: 0, groups: 0, tickets: 0, devices: 0 },
      databaseBytes: this.#store.bytes(),
    };
  }

  async close(): Promise<void> {
    if (this.#stopped !== null) return;
    this.#stopped = 'draining';
    clearInterval(this.#timer);
    this.#commit();
    this.#checkpoint();
    this.#store.close();
    this.#stopped = 'closed';
  }

  // --- what is taken ---

  #take(town: Town, input: PipelineInput, idempotency: Idempotency | null): Promise<Taken> {
    if (input.kind === 'motion') return this.#see(town, input);
    checkInput(input);
    const known = idempotency === null ? null : this.#replies.find(idempotency);
    if (known !== null) return Promise.resolve(known);
    const batch = this.#mustTake();
    const rows = this.#handle(town, batch, input);
    if (idempotency !== null) this.#replies.begin(idempotency);
    return new Promise((resolve, reject) => {
      batch.waiting.push({ idempotency, rows, resolve, reject });
    });
  }

  /**
   * Motion is not kept: all that comes of it is which doorbells are online, and a doorbell says so again. A logged input may make the
   * pipeline forget records, which a replay then repeats at the same moment. Motion must never do so: it is handed in with a time before
   * anything can be due, which is at most a minute ago.
   */
  #see(town: Town, input: PipelineInput): Promise<Taken> {
    if (this.#storage === 'sound') {
      const undueMs = town.live.pipeline.nextWakeMs() - MINUTE_MS;
      this.#lastSeenMs = Math.max(this.#lastSeenMs, this.#lastMs, Math.min(this.nowMs(), undueMs));
      town.live.handle(input, this.#lastSeenMs);
    }
    return Promise.resolve({ rows: [], replayed: false });
  }

  #handle(town: Town, batch: Batch, input: PipelineInput): RowReceipt[] {
    const atMs = this.nowMs();
    const startMs = performance.now();
    let outputs: PipelineOutput[];
    try {
      outputs = town.live.handle(input, atMs);
    } catch (error) {
      this.#log.error('pipeline-threw', errorFields(error));
      throw new Refused('internal', 'expected the pipeline to take the input, found an error of its own');
    }
    this.#metrics.observe('hundredblock_stage_seconds', { stage: 'handle' }, (performance.now() - startMs) / 1000);
    this.#lastMs = atMs;
    batch.add(input, atMs, outputs);
    for (const output of outputs) if (output.kind === 'receipt') return output.rows;
    return [];
  }

  /** The batch that the next turn of the event loop commits. */
  #openBatch(): Batch {
    if (this.#batch === null) {
      this.#batch = new Batch();
      setImmediate(() => this.#commit());
    }
    return this.#batch;
  }

  #mustBeOpen(): void {
    if (this.#stopped !== null) throw new Refused('draining', 'expected a running service, found it shutting down');
  }

  #mustServe(): Town {
    this.#mustBeOpen();
    if (this.#town === null) throw new Refused('not-ready', 'expected agencies and residents, found none onboarded');
    return this.#town;
  }

  #mustStore(): void {
    if (this.#storage !== 'sound') throw storageFailed();
  }

  #mustTake(): Batch {
    this.#mustStore();
    const batch = this.#openBatch();
    const { pendingInputsMax } = this.#limits;
    if (batch.size >= pendingInputsMax)
      throw new Refused('overloaded', `expected fewer than ${pendingInputsMax} inputs waiting, found that many`);
    return batch;
  }

  // --- what goes to disk ---

  #commit(): void {
    const batch = this.#batch;
    const town = this.#town;
    this.#batch = null;
    if (batch === null || town === null || batch.size === 0) return;
    const startMs = performance.now();
    const wallMs = Math.floor(this.#wallMs());
    const { commit, published } = batch.commit(this.#lastCommitId + 1, wallMs, town.outbox, this.#limits.clipsMax);
    try {
      this.#store.write(commit);
    } catch (error) {
      this.#fail(batch, error);
      return;
    }
    this.#lastCommitId = commit.id;
    this.#metrics.observe('hundredblock_stage_seconds', { stage: 'commit' }, (performance.now() - startMs) / 1000);
    this.#metrics.observe('hundredblock_commit_inputs', {}, batch.size);
    for (const audience of commit.audiences) town.outbox.addAudience(audience);
    const sequences = published.map((message, i) => town.outbox.add(message, commit.messages[i].atMs));
    this.#answer(batch, commit.id, wallMs);
    if (published.length > 0) this.#tell(this.#publishedListeners, { messages: published, sequences });
    for (const resident of batch.left) this.#tell(this.#leftListeners, resident);
  }

  #answer(batch: Batch, commitId: number, wallMs: number): void {
    for (const { idempotency, rows, resolve } of batch.waiting) {
      if (idempotency !== null) this.#replies.keep(idempotency, rows, commitId, wallMs);
      resolve({ rows, replayed: false });
    }
    for (const { output } of batch.said) this.#count(output);
  }

  #count(output: PipelineOutput): void {
    switch (output.kind) {
      case 'publish':
        return this.#metrics.count('hundredblock_messages_published_total', { type: output.alert.msgType });
      case 'post':
        return this.#metrics.count('hundredblock_messages_published_total', { type: 'post' });
      case 'suppressed':
        return this.#metrics.count('hundredblock_suppressed_total', { reason: output.reason });
      case 'withheld':
        return this.#metrics.count('hundredblock_withheld_total', { reason: output.reason });
      case 'log':
        return this.#log[output.level](output.code);
      default:
    }
  }

  #tell<T>(listeners: readonly ((news: T) => void)[], news: T): void {
    for (const listener of listeners)
      try {
        listener(news);
      } catch (error) {
        this.#log.error('listener-threw', errorFields(error));
      }
  }

  /** Nothing of the batch is on disk: nobody is told of it. The pipeline has run ahead, and is made anew before it takes the next input. */
  #fail(batch: Batch, error: unknown): void {
    this.#storage = 'failed';
    this.#log.error('storage-failed', errorFields(error));
    for (const { idempotency, reject } of batch.waiting) {
      if (idempotency !== null) this.#replies.abandon(idempotency);
      reject(storageFailed());
    }
  }

  #attempt(write: () => void): void {
    try {
      write();
    } catch (error) {
      this.#log.error('storage-failed', errorFields(error));
      throw storageFailed();
    }
  }

  #checkpoint(): void {
    try {
      this.#store.checkpoint();
    } catch (error) {
      // The write-ahead log keeps what it could not move: nothing is lost.
      this.#log.warn('checkpoint-failed', errorFields(error));
    }
  }

  // --- what happens by itself ---

  #tick(): void {
    const town = this.#town;
    if (town === null) return;
    if (this.#storage === 'failed') void this.#mend(town);
    if (this.#storage !== 'sound') return;
    try {
      this.#wake(town);
    } catch {
      // Logged where it was thrown.
    }
    if (this.#wallMs() >= this.#purgeAtMs) {
      this.#purgeAtMs = Infinity;
      this.#purge(town);
    }
  }

  /** A wake is logged like any input: it makes the pipeline forget, and what policy it forgets by depends on the moment. */
  #wake(town: Town): void {
    if (town.live.pipeline.nextWakeMs() <= this.nowMs()) this.#handle(town, this.#openBatch(), { kind: 'wake' });
  }

  #purge(town: Town): void {
    const isOver = this.#stopped !== null || this.#town !== town || this.#storage !== 'sound' || !this.#purgePart(town);
    if (!isOver) {
      setImmediate(() => this.#purge(town));
      return;
    }
    this.#purgeAtMs = this.#wallMs() + PURGE_EVERY_MS;
    if (this.#stopped !== null) return;
    town.live.tickets();
    // Until then the text of what was purged stays in the write-ahead log.
    this.#checkpoint();
  }

  /** True where more is due. */
  #purgePart(town: Town): boolean {
    const lastCommitId = this.#lastCommitId;
    try {
      const moment = { nowMs: this.nowMs(), wallMs: this.#wallMs(), lastCommitId };
      return purgePart(this.#store, town, this.#replies, this.#limits, moment);
    } catch (error) {
      this.#log.error('purge-failed', errorFields(error));
      return false;
    }
  }

  #recover(town: Town): void {
    const startMs = performance.now();
    this.#lastCommitId = Math.max(town.purged.commitId, this.#store.lastCommitId());
    this.#readReplies();
    while (this.#purgePart(town));
    this.#checkpoint();
    const steps = replayTown(this.#store, town);
    let step = steps.next();
    while (!step.done) step = steps.next();
    const { inputs, atMs, unknownMessages } = step.value;
    this.#lastMs = Math.max(atMs, town.purged.inputsAtMs);
    if (unknownMessages > 0) this.#log.warn('replay-differs', { messages: unknownMessages });
    const ms = Math.round(performance.now() - startMs);
    this.#log.info('recovered', { inputs, messages: town.outbox.size, ms });
  }

  #readReplies(): void {
    let rows = this.#store.repliesAfter(0, REPLIES_SLICE);
    for (; rows.length > 0; rows = this.#store.repliesAfter(rows[rows.length - 1].id, REPLIES_SLICE))
      for (const { id, wallMs, json } of rows)
        for (const { idempotency, rows: receipts } of parseReplies(json))
          this.#replies.keep(idempotency, receipts, id, wallMs);
  }

  /** Tries the disk, and once it works makes the pipeline anew; doors stay open meanwhile, and refuse. */
  async #mend(town: Town): Promise<void> {
    this.#storage = 'mending';
    try {
      this.#store.probe();
      const startMs = performance.now();
      const steps = replayTown(this.#store, town);
      let pauseAtMs = startMs + MEND_SLICE_MS;
      let step = steps.next();
      for (; !step.done; step = steps.next()) {
        if (performance.now() < pauseAtMs) continue;
        await new Promise((resolve) => setImmediate(resolve));
        if (this.#stopped !== null) return;
        pauseAtMs = performance.now() + MEND_SLICE_MS;
      }
      // What was undone has not been, in its time neither.
      this.#lastMs = Math.max(step.value.atMs, town.purged.inputsAtMs);
      this.#storage = 'sound';
      const ms = Math.round(performance.now() - startMs);
      this.#log.info('storage-mended', { inputs: step.value.inputs, ms });
    } catch (error) {
      this.#storage = 'failed';
      this.#log.warn('storage-still-failing', errorFields(error));
    }
  }
}

function storageFailed(): Refused {
  return new Refused('storage-failed', 'expected to write to disk, found that it fails');
}
