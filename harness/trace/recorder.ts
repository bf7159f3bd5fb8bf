/**
 * Writes what a running world sends as a trace. Before the window opens, the recorder keeps what a platform would know by then. When it opens, the recorder
 * writes that as the preamble; from then on it writes all inputs, one window of the world after the other.
 */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dialect } from '../../contract/catalogue.ts';
import type { MessageManifest, PrivateString } from '../../contract/manifest.ts';
import type { PipelineInput } from '../../contract/pipeline.ts';
import { RESIDENTS_PER_AGENCY_MAX, ROSTER_QUIT, type PreferenceChange } from '../../contract/roster.ts';
import type { Scenario } from '../../contract/scenario.ts';
import { TRACE_SCHEMA, type TraceHeader, type TraceInput, type TruthLine } from '../../contract/trace.ts';
import type { TruthView } from '../../oracle/oracle-api.ts';
import type { FeedFault } from '../../simulator/feeds/feed-api.ts';
import type { Opening, Recorder } from '../engine/recorder.ts';
import type { ShardResult } from '../engine/shard-result.ts';
import { DeviceTraffic } from './device-traffic.ts';
import { HashedFile } from './hashed-file.ts';
import { composeOnboarding } from './onboarding.ts';
import { OpenRecords, type RecordedMessage } from './open-records.ts';
import { Presence } from './presence.ts';
import { FILES, HEADER_FILE } from './trace-file.ts';
import { TruthWriter } from './truth-writer.ts';
import { writeWorld } from './world.ts';

export interface TraceRecorderOptions {
  scenario: Readonly<Scenario>;
  seed: number;
  fromMs: number;
  dir: string;
  /** Whether residents react to what they receive over sockets; false if left out. */
  closedLoop?: boolean;
}

/** An input of the window that is not written yet, since others of its time may follow. `message` is the one it was made from, if any. */
interface Pending {
  agency: number;
  input: TraceInput;
  message: RecordedMessage | null;
}

/** Known from the moment at which the window opens. */
interface OpenWindow {
  presence: Presence;
  devices: DeviceTraffic;
  onboardingSha256: string;
  /** Number of its lines. */
  preamble: number;
}

/** Agencies are given by their index. Every method that writes throws what the file system throws. */
export class TraceRecorder implements Recorder {
  readonly #options: TraceRecorderOptions;
  readonly #inputs: HashedFile;
  readonly #truth: TruthWriter;
  readonly #openings: Opening[] = [];
  /** By agency, until the window opens: the records that a platform would know to be open. */
  readonly #openRecords: OpenRecords[] = [];
  /** Changes of residents' settings before the window opens. */
  readonly #changes: PreferenceChange[] = [];
  /** Residents who left the platform. */
  readonly #gone = new Set<number>();
  readonly #counts: Record<string, number> = {};
  readonly #leftOut: Record<string, number> = {};
  #messages = 0;
  #pending: Pending[] = [];
  #faults: Extract<TruthLine, { line: 'fault' }>[] = [];
  #window: OpenWindow | null = null;

  /** `inputs` and `truth` are empty files in the folder `options.dir`. */
  constructor(options: TraceRecorderOptions, inputs: HashedFile, truth: TruthWriter) {
    this.#options = options;
    this.#inputs = inputs;
    this.#truth = truth;
  }

  /** Makes the folder and its files. */
  static async create(options: TraceRecorderOptions): Promise<TraceRecorder> {
    const { dir } = options;
    await mkdir(join(dir, 'truth'), { recursive: true });
    const inputs = await HashedFile.create(join(dir, FILES.inputs));
    try {
      return new TraceRecorder(options, inputs, await TruthWriter.create(dir));
    } catch (error) {
      await inputs.close();
      throw error;
    }
  }

  // --- reports of the world ---

  opened(opening: Opening): void {
    const { index, id } = opening.plan;
    this.#openings[index] = opening;
    this.#openRecords[index] = new OpenRecords(this.#options.scenario.policy.retainMs);
    this.#truth.addAgency(index, id);
  }

  message(
    agency: number,
    atMs: number,
    cad: Extract<PipelineInput, { kind: 'cad' }>,
    manifest: MessageManifest,
    meta: { changedMs: number; publishedMs: number },
  ): void {
    const { fromMs } = this.#options;
    const message = { agency, atMs, order: this.#messages, body: cad.body, manifest, ...meta };
    this.#messages += 1;
    if (atMs < fromMs) this.#openRecords[agency].add(message);
    // A client that polls a portal gets one answer a poll, and does not poll before the window opens.
    else if (manifest.snapshot && isCopy(cad.messageId)) this.#leaveOut('snapshots delivered twice');
    else if (manifest.snapshot && meta.publishedMs < fromMs) this.#leaveOut('snapshots polled before the window');
    else this.#pending.push({ agency, input: inputOf(message), message });
  }

  input(
    agency: number,
    atMs: number,
    input: Extract<PipelineInput, { kind: 'preference' | 'review' | 'motion' | 'post' }>,
  ): void {
    if (atMs < this.#options.fromMs) {
      if (input.kind === 'preference') this.#changes.push(input.change);
      return;
    }
    const doorbell = input.kind === 'motion' ? { doorbell: idOf(agency, input.doorbell) } : {};
    this.#pending.push({ agency, input: { atMs, ...input, ...doorbell } as TraceInput, message: null });
  }

  privates(agency: number, recordId: string, strings: PrivateString[]): void {
    this.#truth.keepPrivates(agency, recordId, strings);
  }

  fault(agency: number, fault: FeedFault): void {
    // A wrong clock is wrong all the time. Any other fault concerns the window in which it happens.
    if (fault.atMs < this.#options.fromMs && fault.kind !== 'clockSkew') return;
    if (fault.kind === 'duplicate' && this.#dialectAt(agency, fault.atMs) === 'dallas') return;
    this.#faults.push({ line: 'fault', agency: this.#openings[agency].profile.id, ...fault });
  }

  // --- writing ---

  /** The world has reported everything that happened before `ms`. */
  async reached(ms: number): Promise<void> {
    const { fromMs } = this.#options;
    if (ms < fromMs) return;
    const window = await this.#openWindow();
    if (ms > fromMs) await this.#writeUntil(ms, window);
  }

  /** Writes every input so far to the disk. Returns the length of inputs.jsonl in bytes: whole lines. */
  async flush(): Promise<number> {
    await this.#inputs.flush();
    return this.#inputs.written;
  }

  /** The header of a trace that will end at `untilMs`, as it is known when the window opens: of all files, only the onboarding is complete by then. */
  async opening(untilMs: number): Promise<TraceHeader> {
    const window = await this.#openWindow();
    return this.#header(untilMs, window, { [FILES.onboarding]: window.onboardingSha256 });
  }

  /** Ends the trace at `untilMs`. `truth` and `shards` are by agency. */
  async finish(untilMs: number, truth: readonly TruthView[], shards: readonly ShardResult[]): Promise<TraceHeader> {
    const { dir } = this.#options;
    const window = await this.#openWindow();
    const truthSha256 = await this.#truth.finish(truth);
    const header = this.#header(untilMs, window, {
      [FILES.inputs]: await this.#inputs.finish(),
      [FILES.onboarding]: window.onboardingSha256,
      [FILES.truth]: truthSha256,
      [FILES.world]: await writeWorld(dir, shards),
    });
    await writeFile(join(dir, HEADER_FILE), `${JSON.stringify(header)}\n`);
    return header;
  }

  async close(): Promise<void> {
    await this.#inputs.close();
    await this.#truth.close();
  }

  // --- internal ---

  #header(untilMs: number, window: OpenWindow, sha256: TraceHeader['sha256']): TraceHeader {
    const { seed, scenario, fromMs, closedLoop } = this.#options;
    return {
      schema: TRACE_SCHEMA,
      seed,
      scenario,
      fromMs,
      untilMs: Math.max(untilMs, fromMs),
      preamble: window.preamble,
      inputs: this.#counts,
      residents: window.presence.online.length,
      doorbells: window.devices.attached.length,
      ...(closedLoop === true ? { closedLoop } : {}),
      leftOut: this.#leftOut,
      sha256,
    };
  }

  /** Writes the onboarding and the preamble, unless they are written already. */
  async #openWindow(): Promise<OpenWindow> {
    if (this.#window !== null) return this.#window;
    const { scenario, seed, fromMs, dir } = this.#options;
    const document = composeOnboarding(scenario, seed, fromMs, this.#openings, this.#changes);
    const text = `${JSON.stringify(document)}\n`;
    await writeFile(join(dir, FILES.onboarding), text);
    const { ids, flags } = document.roster;
    const residents = ids.filter((_, i) => (flags[i] & ROSTER_QUIT) === 0);
    const presence = new Presence(scenario.load, seed, fromMs, residents);
    const doorbells = this.#openings.flatMap((opening) =>
      Array.from({ length: opening.doorbells }, (_, doorbell) => idOf(opening.plan.index, doorbell)),
    );
    const devices = new DeviceTraffic(scenario.load, seed, fromMs, doorbells);
    const onboardingSha256 = createHash('sha256').update(text).digest('hex');
    const preamble = await this.#writePreamble(presence, devices);
    this.#window = { presence, devices, onboardingSha256, preamble };
    return this.#window;
  }

  /** Returns its number of lines. */
  async #writePreamble(presence: Presence, devices: DeviceTraffic): Promise<number> {
    const atMs = this.#options.fromMs - 1;
    const messages = this.#openRecords.flatMap((records, agency) => {
      const dialect = this.#dialectAt(agency, atMs);
      return dialect === null ? [] : records.messages(dialect, atMs);
    });
    this.#openRecords.length = 0;
    messages.sort((a, b) => a.atMs - b.atMs || a.agency - b.agency || a.order - b.order);
    for (const message of messages) {
      await this.#truth.message(message);
      await this.#inputs.line({ ...inputOf(message), atMs });
    }
    for (const resident of presence.online) await this.#inputs.line({ atMs, kind: 'connect', resident });
    for (const doorbell of devices.attached) await this.#inputs.line({ atMs, kind: 'attach', doorbell });
    return messages.length + presence.online.length + devices.attached.length;
  }

  async #writeUntil(untilMs: number, { devices, presence }: OpenWindow): Promise<void> {
    const sent: Pending[] = [];
    for (const pending of this.#pending) {
      const { input } = pending;
      if (input.kind === 'motion' && !devices.motion(input.doorbell, input.atMs))
        this.#leaveOut('motions not attached');
      else sent.push(pending);
      if (input.kind === 'preference' && input.change.quit === true) this.#gone.add(input.change.resident);
    }
    this.#pending = [];
    for (const input of devices.until(untilMs)) sent.push({ agency: agencyOf(input.doorbell), input, message: null });
    for (const input of presence.until(untilMs, this.#gone))
      sent.push({ agency: agencyOf(input.resident), input, message: null });
    // The sort is stable, so inputs that one agency sends at one moment stay in their order.
    sent.sort((a, b) => a.input.atMs - b.input.atMs || a.agency - b.agency);
    for (const pending of sent) await this.#write(pending);
    for (const fault of this.#faults) await this.#truth.fault(fault);
    this.#faults = [];
  }

  async #write({ agency, input, message }: Pending): Promise<void> {
    if (message !== null) await this.#truth.message(message);
    if (input.kind === 'post') await this.#truth.privates(agency, input.postId, input.postId);
    this.#counts[input.kind] = (this.#counts[input.kind] ?? 0) + 1;
    await this.#inputs.line(input);
  }

  /** The dialect in force; null if the agency has no feed at that moment. */
  #dialectAt(agency: number, atMs: number): Dialect | null {
    const feeds = this.#openings[agency].profile.feeds.filter((feed) => feed.fromMs <= atMs);
    return feeds.at(-1)?.dialect ?? null;
  }

  #leaveOut(reason: string): void {
    this.#leftOut[reason] = (this.#leftOut[reason] ?? 0) + 1;
  }
}

function inputOf({ atMs, body, manifest, publishedMs }: RecordedMessage): TraceInput {
  const { messageId, agency, dialect } = manifest;
  if (dialect === 'dallas') return { atMs, kind: 'snapshot', agency, messageId, polledMs: publishedMs, body };
  const records = [...new Set(manifest.rows.map(({ recordId }) => recordId))];
  return { atMs, kind: 'cad', agency, dialect, messageId, records, body };
}

/** The feed gives the second delivery of a message such an id. */
function isCopy(messageId: string): boolean {
  return messageId.endsWith('-d');
}

function idOf(agency: number, index: number): number {
  return agency * RESIDENTS_PER_AGENCY_MAX + index;
}

function agencyOf(id: number): number {
  return Math.floor(id / RESIDENTS_PER_AGENCY_MAX);
}
