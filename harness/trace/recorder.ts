/**
 * Writes down what a running world sends, as a trace. Before the window it keeps what a platform would know by then; when the window
 * opens it writes that as the preamble; from then on it writes all that is sent, one window of the world's after the other.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { MessageManifest, PrivateString } from '../../contract/manifest.ts';
import type { PipelineInput } from '../../contract/pipeline.ts';
import { RESIDENTS_PER_AGENCY_MAX, ROSTER_QUIT, type PreferenceChange } from '../../contract/roster.ts';
import type { Scenario } from '../../contract/scenario.ts';
import { TRACE_SCHEMA, type TraceHeader, type TraceInput, type TruthLine } from '../../contract/trace.ts';
import type { FeedFault } from '../../simulator/feeds/feed-api.ts';
import type { TruthView } from '../../oracle/oracle-api.ts';
import type { Opening, Recorder } from '../engine/recorder.ts';
import type { ShardResult } from '../engine/shard.ts';
import { DeviceTraffic } from './device-traffic.ts';
import { FILES, HEADER_FILE } from './files.ts';
import { HashedFile } from './hashed-file.ts';
import { onboardingFor } from './onboarding.ts';
import { OpenRecords } from './open-records.ts';
import { Presence } from './presence.ts';
import type { RecordedMessage } from './recorded.ts';
import { writeWorld } from './world.ts';

export interface TraceRecorderOptions {
  scenario: Readonly<Scenario>;
  seed: number;
  fromMs: number;
  dir: string;
  /** Whether residents react to what they receive over sockets. */
  closedLoop?: boolean;
}

/** An input of the window, until all of its time are told; `message` is what it was made from. */
interface Pending {
  agency: number;
  input: TraceInput;
  message: RecordedMessage | null;
}

export class TraceRecorder implements Recorder {
  private readonly o: TraceRecorderOptions;
  private readonly inputs: HashedFile;
  private readonly truth: HashedFile;
  private readonly openings: Opening[] = [];
  private readonly open: OpenRecords[] = [];
  /** Until the window opens: changes of residents' settings. */
  private readonly changes: PreferenceChange[] = [];
  private order = 0;
  private pending: Pending[] = [];
  private faults: Extract<TruthLine, { line: 'fault' }>[] = [];
  /** By agency and record: strings that no message has carried yet. */
  private readonly untold = new Map<string, PrivateString[]>();
  /** By agency: records that messages of the trace tell of, in order. */
  private readonly records: Set<string>[] = [];
  private readonly gone = new Set<number>();
  private readonly counts: Record<string, number> = {};
  private readonly leftOut: Record<string, number> = {};
  private window: { presence: Presence; devices: DeviceTraffic; onboardingSha256: string; preamble: number } | null =
    null;

  private constructor(o: TraceRecorderOptions, inputs: HashedFile, truth: HashedFile) {
    this.o = o;
    this.inputs = inputs;
    this.truth = truth;
  }

  static async create(o: TraceRecorderOptions): Promise<TraceRecorder> {
    await mkdir(join(o.dir, 'truth'), { recursive: true });
    const inputs = await HashedFile.create(join(o.dir, FILES.inputs));
    try {
      return new TraceRecorder(o, inputs, await HashedFile.create(join(o.dir, FILES.truth)));
    } catch (error) {
      await inputs.close();
      throw error;
    }
  }

  // --- what the world tells ---

  opened(opening: Opening): void {
    const { index } = opening.plan;
    this.openings[index] = opening;
    this.open[index] = new OpenRecords(this.o.scenario.policy.retainMs);
    this.records[index] = new Set();
  }

  message(
    agency: number,
    atMs: number,
    cad: Extract<PipelineInput, { kind: 'cad' }>,
    manifest: MessageManifest,
    meta: { changedMs: number; publishedMs: number },
  ): void {
    const message = { agency, atMs, order: this.order, body: cad.body, manifest, ...meta };
    this.order += 1;
    if (atMs < this.o.fromMs) this.open[agency].heard(message);
    // Whoever polls a portal gets one answer a poll, and asks nothing before the window opens.
    else if (manifest.snapshot && isCopy(cad.messageId)) this.leaveOut('snapshots delivered twice');
    else if (manifest.snapshot && meta.publishedMs < this.o.fromMs) this.leaveOut('snapshots polled before the window');
    else this.pending.push({ agency, input: inputOf(message), message });
  }

  input(
    agency: number,
    atMs: number,
    input: Extract<PipelineInput, { kind: 'preference' | 'review' | 'motion' | 'post' }>,
  ): void {
    if (atMs < this.o.fromMs) {
      if (input.kind === 'preference') this.changes.push(input.change);
      return;
    }
    const doorbell = input.kind === 'motion' ? { doorbell: idOf(agency, input.doorbell) } : {};
    this.pending.push({ agency, input: { atMs, ...input, ...doorbell } as TraceInput, message: null });
  }

  privates(agency: number, recordId: string, strings: PrivateString[]): void {
    const key = keyOf(agency, recordId);
    const untold = this.untold.get(key);
    if (untold === undefined) this.untold.set(key, [...strings]);
    else untold.push(...strings);
  }

  fault(agency: number, fault: FeedFault): void {
    // A clock that is off is off all the time; everything else concerns the window in which it happens.
    if (fault.atMs < this.o.fromMs && fault.kind !== 'clockSkew') return;
    if (fault.kind === 'duplicate' && this.dialectAt(agency, fault.atMs) === 'dallas') return;
    this.faults.push({ line: 'fault', agency: this.openings[agency].profile.id, ...fault });
  }

  // --- writing ---

  /** All that happened before `ms` is told. */
  async reached(ms: number): Promise<void> {
    if (ms < this.o.fromMs) return;
    this.window ??= await this.openWindow();
    if (ms > this.o.fromMs) await this.writeUntil(ms, this.window);
  }

  /** Writes to the disk all inputs that are told by now; bytes of their file, whole lines. */
  async flush(): Promise<number> {
    await this.inputs.flush();
    return this.inputs.written;
  }

  /** The header of a trace that will end at `untilMs`, as it is known when the window opens: of files, only the onboarding is whole. */
  async opening(untilMs: number): Promise<TraceHeader> {
    const window = (this.window ??= await this.openWindow());
    return this.header(untilMs, window, { [FILES.onboarding]: window.onboardingSha256 });
  }

  /** Ends the trace at `untilMs`. `truth` and `shards`: by agency. */
  async finish(untilMs: number, truth: readonly TruthView[], shards: readonly ShardResult[]): Promise<TraceHeader> {
    const window = (this.window ??= await this.openWindow());
    for (const [agency, records] of this.records.entries()) await this.writeRecords(agency, records, truth[agency]);
    const header = this.header(untilMs, window, {
      [FILES.inputs]: await this.inputs.finish(),
      [FILES.onboarding]: window.onboardingSha256,
      [FILES.truth]: await this.truth.finish(),
      [FILES.world]: await writeWorld(this.o.dir, shards),
    });
    await writeFile(join(this.o.dir, HEADER_FILE), `${JSON.stringify(header)}\n`);
    return header;
  }

  async close(): Promise<void> {
    await this.inputs.close();
    await this.truth.close();
  }

  // --- internal ---

  private header(
    untilMs: number,
    window: NonNullable<TraceRecorder['window']>,
    sha256: TraceHeader['sha256'],
  ): TraceHeader {
    const { seed, scenario, fromMs, closedLoop } = this.o;
    return {
      schema: TRACE_SCHEMA,
      seed,
      scenario,
      fromMs,
      untilMs: Math.max(untilMs, fromMs),
      preamble: window.preamble,
      inputs: this.counts,
      residents: window.presence.online.length,
      doorbells: window.devices.attached.length,
      ...(closedLoop === true ? { closedLoop } : {}),
      leftOut: this.leftOut,
      sha256,
    };
  }

  private async openWindow(): Promise<NonNullable<TraceRecorder['window']>> {
    const { scenario, seed, fromMs, dir } = this.o;
    const document = onboardingFor(scenario, seed, fromMs, this.openings, this.changes);
    const text = `${JSON.stringify(document)}\n`;
    await writeFile(join(dir, FILES.onboarding), text);
    const { ids, flags } = document.roster;
    const presence = new Presence(
      scenario.load,
      seed,
      fromMs,
      ids.filter((_, i) => (flags[i] & ROSTER_QUIT) === 0),
    );
    const doorbells = this.openings.flatMap((o) =>
      Array.from({ length: o.doorbells }, (_, doorbell) => idOf(o.plan.index, doorbell)),
    );
    const devices = new DeviceTraffic(scenario.load, seed, fromMs, doorbells);
    const onboardingSha256 = createHash('sha256').update(text).digest('hex');
    return { presence, devices, onboardingSha256, preamble: await this.writePreamble(presence, devices) };
  }

  /** Returns how many lines it has. */
  private async writePreamble(presence: Presence, devices: DeviceTraffic): Promise<number> {
    const atMs = this.o.fromMs - 1;
    const messages = this.open.flatMap((open, agency) => {
      const dialect = this.dialectAt(agency, atMs);
      return dialect === null ? [] : open.messages(dialect, atMs);
    });
    this.open.length = 0;
    messages.sort((a, b) => a.atMs - b.atMs || a.agency - b.agency || a.order - b.order);
    for (const message of messages) {
      await this.tellMessage(message);
      await this.inputs.line({ ...inputOf(message), atMs });
    }
    for (const resident of presence.online) await this.inputs.line({ atMs, kind: 'connect', resident });
    for (const doorbell of devices.attached) await this.inputs.line({ atMs, kind: 'attach', doorbell });
    return messages.length + presence.online.length + devices.attached.length;
  }

  private async writeUntil(untilMs: number, window: NonNullable<TraceRecorder['window']>): Promise<void> {
    const { devices, presence } = window;
    const sent: Pending[] = [];
    for (const pending of this.pending) {
      const { input } = pending;
      if (input.kind === 'motion' && !devices.motion(input.doorbell, input.atMs)) this.leaveOut('motions not attached');
      else sent.push(pending);
      if (input.kind === 'preference' && input.change.quit === true) this.gone.add(input.change.resident);
    }
    this.pending = [];
    for (const input of devices.until(untilMs)) sent.push({ agency: agencyOf(input.doorbell), input, message: null });
    for (const input of presence.until(untilMs, this.gone))
      sent.push({ agency: agencyOf(input.resident), input, message: null });
    // The sort is stable: what one agency sends at one moment stays in its order.
    sent.sort((a, b) => a.input.atMs - b.input.atMs || a.agency - b.agency);
    for (const pending of sent) await this.write(pending);
    for (const fault of this.faults) await this.truth.line(fault);
    this.faults = [];
  }

  private async write({ agency, input, message }: Pending): Promise<void> {
    if (message !== null) await this.tellMessage(message);
    if (input.kind === 'post') await this.tellPrivates(agency, input.postId, input.postId);
    this.counts[input.kind] = (this.counts[input.kind] ?? 0) + 1;
    await this.inputs.line(input);
  }

  private async tellMessage({ agency, manifest, changedMs, publishedMs }: RecordedMessage): Promise<void> {
    for (const { recordId } of manifest.rows) {
      this.records[agency].add(recordId);
      await this.tellPrivates(agency, recordId, manifest.messageId);
    }
    await this.tell({ line: 'manifest', manifest, changedMs, publishedMs });
  }

  private async tellPrivates(agency: number, recordId: string, carrier: string): Promise<void> {
    const key = keyOf(agency, recordId);
    const strings = this.untold.get(key);
    if (strings === undefined) return;
    this.untold.delete(key);
    await this.tell({ line: 'private', agency: this.openings[agency].profile.id, recordId, carrier, strings });
  }

  private async writeRecords(index: number, records: ReadonlySet<string>, truth: TruthView): Promise<void> {
    const agency = this.openings[index].profile.id;
    for (const recordId of records)
      await this.tell({ line: 'record', agency, recordId, incident: truth.record(agency, recordId) });
  }

  private async tell(line: TruthLine): Promise<void> {
    await this.truth.line(line);
  }

  private dialectAt(agency: number, atMs: number) {
    const feeds = this.openings[agency].profile.feeds.filter((f) => f.fromMs <= atMs);
    return feeds.at(-1)?.dialect ?? null;
  }

  private leaveOut(what: string): void {
    this.leftOut[what] = (this.leftOut[what] ?? 0) + 1;
  }
}

function inputOf({ atMs, body, manifest, publishedMs }: RecordedMessage): TraceInput {
  const { messageId, agency, dialect } = manifest;
  return dialect === 'dallas'
    ? { atMs, kind: 'snapshot', agency, messageId, polledMs: publishedMs, body }
    : {
        atMs,
        kind: 'cad',
        agency,
        dialect,
        messageId,
        records: [...new Set(manifest.rows.map(({ recordId }) => recordId))],
        body,
      };
}

/** The feed names the second delivery of a message so. */
function isCopy(messageId: string): boolean {
  return messageId.endsWith('-d');
}

function keyOf(agency: number, recordId: string): string {
  return `${agency}\n${recordId}`;
}

function idOf(agency: number, index: number): number {
  return agency * RESIDENTS_PER_AGENCY_MAX + index;
}

function agencyOf(id: number): number {
  return Math.floor(id / RESIDENTS_PER_AGENCY_MAX);
}
