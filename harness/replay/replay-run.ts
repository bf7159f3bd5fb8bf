/** One replay: the rows of its files, mapped, in the order of their clock, through the pipeline, with what comes out counted and written. */
import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { AgencyProfile } from '../../contract/agency.ts';
import type { Alert } from '../../contract/alert.ts';
import { CATEGORIES, CATEGORY_LABELS, PRESETS, type Category, type NatureRule } from '../../contract/catalogue.ts';
import type { EidoMessage } from '../../contract/dialects.ts';
import { HundredblockError } from '../../contract/errors.ts';
import { EMPTY_GAZETTEER } from '../../contract/gazetteer.ts';
import type { Mapping, Outcome } from '../../contract/mapping.ts';
import type { Pipeline, PipelineOutput, RowReceipt } from '../../contract/pipeline.ts';
import { DEFAULT_POLICY } from '../../contract/policy.ts';
import { EMPTY_ROSTER } from '../../contract/roster.ts';
import { formatIso } from '../../contract/time.ts';
import { createPipeline } from '../../reference-impl/pipeline/pipeline.ts';
import { eligibleMark, namedNatures, natureTable, rowMapper, type MappedRow, type Rejected } from './map-row.ts';
import type { ReplayRecord } from './record.ts';
import { SeenIds } from './seen.ts';
import { RowSorter } from './sort.ts';
import { openSource } from './source.ts';
import { Tally } from './tally.ts';
import { fileError, fileName } from './text-chunks.ts';
import { replayWarnings } from './warnings.ts';

export interface InputFile {
  path: string;
  /** Name in errors and records. */
  name: string;
  bytes: number;
}

/** The files at these paths. Throws HB_INPUT_FILE if one can't be looked at. */
export function inputFiles(paths: readonly string[]): InputFile[] {
  return paths.map((path) => ({ path, name: fileName(path), bytes: sizeBytes(path) }));
}

export interface RunOptions {
  /** Read one after the other, in this order. */
  files: readonly InputFile[];
  preset: 'us-eight' | 'extended';
  /** Time from an incident to its row's arrival, if the mapping's clock is the incident's. */
  delayMs: number;
  /** If it is aborted, the replay stops at the next look, and counts the rows read until then. */
  signal?: AbortSignal;
  /** Hears the fraction of the input's bytes that are done, the rows read, and a text for a person. */
  onProgress?: (fraction: number, rows: number, text: string) => void;
}

type FileRecords = ReplayRecord['files'];
type RunRecord = Pick<ReplayRecord, 'files' | 'unusedNatures' | 'warnings'> & ReturnType<Tally['toRecord']>;

/** Replays files into `dir`, which must exist: writes alerts.jsonl and rejects.jsonl there, and sorts in a folder below it. Use one for one replay. */
export class ReplayRun {
  readonly #mapping: Mapping;
  readonly #options: RunOptions;
  readonly #natures: Record<string, NatureRule>;
  readonly #named: ReturnType<typeof namedNatures>;
  /** Natures that the mapping names and no row has had so far. */
  readonly #unseen: Set<string>;
  readonly #sortDir: string;
  /** Null if rows go to the pipeline as they stand in the files. */
  readonly #sorter: RowSorter | null;
  readonly #pipeline: Pipeline;
  readonly #tally: Tally;
  readonly #seen = new SeenIds();
  readonly #alerts: LinesFile;
  readonly #rejects: LinesFile;
  /** Warnings of the files, each once. */
  readonly #warnings = new Set<string>();
  /** Rows whose id stood in another file before. */
  #rowsOfOtherFiles = 0;
  #nowMs = -Infinity;
  #lastWakeMs = -Infinity;

  /** Throws errors of the file system as they come. */
  constructor(mapping: Mapping, options: RunOptions, dir: string) {
    const order = mapping.order ?? 'sorted';
    this.#mapping = mapping;
    this.#options = options;
    this.#natures = natureTable(mapping);
    this.#named = namedNatures(mapping);
    this.#unseen = new Set(this.#named.all);
    this.#sortDir = join(dir, 'sort');
    mkdirSync(this.#sortDir);
    const ties = order === 'newest-first' ? 'reversed' : 'as-in-file';
    this.#sorter = order === 'file' ? null : new RowSorter(this.#sortDir, ties);
    this.#tally = new Tally(options.preset, mapping.zone);
    this.#alerts = new LinesFile(join(dir, 'alerts.jsonl'));
    this.#rejects = new LinesFile(join(dir, 'rejects.jsonl'));
    // The same files and mapping give the same alert keys, so that two replays can be compared line by line.
    const runKey = sha256(JSON.stringify([mapping, options.files.map(({ name, bytes }) => [name, bytes])]));
    this.#pipeline = createPipeline({
      agencies: [profileOf(mapping, options.preset, this.#natures)],
      roster: EMPTY_ROSTER,
      runKey,
      bodyLengthMax: BODY_LENGTH_MAX,
    });
  }

  /** Replays all files. Throws HB_INPUT_FILE or HB_INPUT_COLUMN, and errors of the file system as they come. */
  async replay(): Promise<RunRecord> {
    try {
      const files = await this.#readFiles();
      if (!this.#isAborted) await this.#replaySorted();
      const { rules } = this.#named;
      return {
        files,
        ...this.#tally.toRecord(),
        unusedNatures: rules.filter((nature) => this.#unseen.has(nature)).slice(0, UNUSED_NATURES_MAX),
        warnings: [...this.#warnings, ...this.#ownWarnings()],
      };
    } finally {
      this.#alerts.close();
      this.#rejects.close();
      rmSync(this.#sortDir, { recursive: true, force: true });
    }
  }

  get #isAborted(): boolean {
    return this.#options.signal?.aborted === true;
  }

  #ownWarnings(): string[] {
    return replayWarnings({
      mapping: this.#mapping,
      tally: this.#tally,
      namedNatures: this.#named.all,
      unseenNatures: this.#unseen,
      rowsOfOtherFiles: this.#rowsOfOtherFiles,
    });
  }

  async #readFiles(): Promise<FileRecords> {
    const records: FileRecords = [];
    let bytesBefore = 0;
    for (const [index, { name, bytes }] of this.#options.files.entries()) {
      const before = { ...this.#tally.counts };
      const read = await this.#readFile(index, bytesBefore);
      bytesBefore += bytes;
      const { rows, parsed, rejected } = this.#tally.counts;
      records.push({
        name,
        bytes: read,
        rows: rows - before.rows,
        parsed: parsed - before.parsed,
        rejected: rejected - before.rejected,
      });
      if (this.#isAborted) break;
      if (rows === before.rows) this.#warnings.add(`${name}: no rows`);
    }
    return records;
  }

  /** Reads the rows of one file, and answers how many bytes of it were read. */
  async #readFile(index: number, bytesBefore: number): Promise<number> {
    const { path, name } = this.#options.files[index];
    const share = this.#sorter === null ? 1 : READING_SHARE;
    let bytes = 0;
    const source = await openSource(path, this.#mapping, (read) => (bytes = read));
    for (const warning of source.warnings) this.#warnings.add(warning);
    const map = rowMapper(this.#mapping, source.columns, this.#options.delayMs, this.#unseen);
    let row = 0;
    for await (const item of source.rows) {
      row++;
      const mapped = 'reject' in item ? { reject: item.reject, shape: null } : map(item.raw, index, row);
      if ('reject' in mapped) this.#reject(name, row, mapped);
      else this.#take(mapped);
      if (row % ROWS_A_TURN === 0 && (await this.#isStopped(bytesBefore + bytes, share))) break;
    }
    return bytes;
  }

  #reject(file: string, row: number, rejected: Rejected): void {
    this.#tally.rejected(rejected);
    this.#rejects.write({ file, row, reason: rejected.reject });
  }

  #take(row: MappedRow): void {
    this.#tally.parsed(row);
    if (this.#sorter === null) this.#replayRow(row);
    else this.#sorter.add(row);
  }

  async #replaySorted(): Promise<void> {
    if (this.#sorter === null) return;
    const bytesTotal = this.#bytesTotal();
    const total = this.#tally.counts.parsed;
    let done = 0;
    for await (const row of this.#sorter.sorted()) {
      this.#replayRow(row);
      done++;
      const bytes = bytesTotal * (READING_SHARE + ((1 - READING_SHARE) * done) / total);
      if (done % ROWS_A_TURN === 0 && (await this.#isStopped(bytes, 1))) return;
    }
  }

  #bytesTotal(): number {
    return this.#options.files.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Reports the progress, lets signals in, and answers whether to stop. */
  async #isStopped(bytes: number, share: number): Promise<boolean> {
    const { rows } = this.#tally.counts;
    this.#options.onProgress?.(Math.min(1, (bytes / Math.max(1, this.#bytesTotal())) * share), rows, `${rows} rows`);
    await setImmediate();
    return this.#isAborted;
  }

  /** Hands one row to the pipeline, at its time, and counts what comes out. */
  #replayRow(row: MappedRow): void {
    if (!this.#isNews(row)) return;
    // The pipeline takes its inputs in the order of time: what arrives out of order arrives when it is its turn.
    if (row.clockMs < this.#nowMs) this.#tally.times.backwards++;
    this.#nowMs = Math.max(this.#nowMs, row.clockMs);
    this.#tally.replayed(row, this.#nowMs);
    this.#wake();
    const messageId = `row-${row.file}-${row.row}`;
    const body = eidoBody(row, messageId, this.#mapping.agency);
    const input = { kind: 'cad', messageId, agency: AGENCY, dialect: 'eido', body } as const;
    for (const output of this.#pipeline.handle(input, this.#nowMs)) this.#count(output, row);
  }

  /** Counts the row's record; false if the row says what the last row of its id said. */
  #isNews(row: MappedRow): boolean {
    const { counts } = this.#tally;
    const known = this.#seen.get(row.idHash);
    const mark = eligibleMark(row.nature, this.#natures, PRESETS[this.#options.preset]);
    const countedMark = known?.mark ?? 0;
    this.#seen.set(row.idHash, { content: row.content, mark: countedMark === 0 ? mark : countedMark, file: row.file });
    if (known !== null && known.file !== row.file) this.#rowsOfOtherFiles++;
    if (known !== null && known.content === row.content) {
      counts.duplicates++;
      return false;
    }
    if (known === null) this.#tally.record(row);
    else counts.updates++;
    if (countedMark === 0 && mark > 0) this.#tally.eligible(mark);
    return true;
  }

  /** Lets the pipeline do what it asked to be woken for until now. */
  #wake(): void {
    for (
      let wakeMs = this.#pipeline.nextWakeMs();
      wakeMs <= this.#nowMs && wakeMs > this.#lastWakeMs;
      wakeMs = this.#pipeline.nextWakeMs()
    ) {
      this.#lastWakeMs = wakeMs;
      this.#pipeline.handle({ kind: 'wake' }, wakeMs);
    }
  }

  #count(output: PipelineOutput, row: MappedRow): void {
    switch (output.kind) {
      case 'receipt':
        this.#countReceipt(output.rows[0]);
        break;
      case 'publish':
        this.#publish(output.alert, row);
        break;
      case 'suppressed':
        this.#tally.suppressed(output.reason);
        if (output.reason === 'unlocatable') this.#tally.unlocatable(row);
        break;
      case 'withheld':
        this.#tally.suppressed(output.reason);
        break;
      case 'review-request':
      case 'review-withdrawn':
      case 'post':
      case 'log':
        break;
    }
  }

  #countReceipt(receipt: RowReceipt): void {
    if (receipt.outcome === 'superseded') this.#tally.counts.superseded++;
    if (receipt.outcome !== 'rejected') return;
    // A mapped row is a well-formed message: only a fault of our own can make the pipeline refuse it.
    throw new HundredblockError(
      'HB_INTERNAL',
      `replay: expected the pipeline to take a mapped row, found it rejected as ${receipt.code}`,
    );
  }

  /** Writes a line of alerts.jsonl: the published place and category, and the message as residents get it. */
  #publish(alert: Alert, row: MappedRow): void {
    const category = CATEGORY_BY_LABEL.get(alert.info.event)!;
    this.#alerts.write({ place: alert.area.areaDesc, category, alert });
    switch (alert.msgType) {
      case 'Alert':
        return this.#tally.alert(category, row);
      case 'Update':
        this.#tally.counts.alertUpdates++;
        return;
      case 'Cancel':
        this.#tally.counts.alertCancels++;
    }
  }
}

// --- internal ---

/** Longest stretch of rows between two looks at the abort signal and the progress bar. */
const ROWS_A_TURN = 2000;
/** Share of the progress bar that reading takes if the rows are sorted afterwards. */
const READING_SHARE = 0.6;
const AGENCY = 'replay';
const UNUSED_NATURES_MAX = 100;
/** A row's message is some hundred characters around texts of at most a thousand each, which JSON may write six times as long. */
const BODY_LENGTH_MAX = 1 << 16;
/** Lines are written in blocks of about this length, in UTF-16 units. */
const BLOCK_LENGTH = 1 << 16;
/** A location that no rule can place: the row counts, and its alert is suppressed as unlocatable. */
const NOWHERE = '-';

const CATEGORY_BY_LABEL: ReadonlyMap<string, Category> = new Map(
  CATEGORIES.map((category) => [CATEGORY_LABELS[category], category]),
);

function profileOf(
  mapping: Mapping,
  preset: RunOptions['preset'],
  natures: Readonly<Record<string, NatureRule>>,
): AgencyProfile {
  return {
    id: AGENCY,
    name: mapping.agency,
    zone: mapping.zone,
    feeds: [{ fromMs: 0, dialect: 'eido' }],
    natures: { eido: natures },
    gazetteer: EMPTY_GAZETTEER,
    places: 'text',
    policies: [{ fromMs: 0, policy: { ...DEFAULT_POLICY, preset, review: 'auto' } }],
  };
}

type EidoStatus = EidoMessage['incidentComponent']['incidentStatusCommonRegistryText'];

const EIDO_STATUS: Readonly<Record<Outcome, { status: EidoStatus; disposition: string | null }>> = {
  open: { status: 'Active', disposition: null },
  cancelled: { status: 'Cancelled', disposition: null },
  closed: { status: 'Closed', disposition: null },
  founded: { status: 'Closed', disposition: 'Founded' },
  unfounded: { status: 'Closed', disposition: 'Unfounded' },
  duplicate: { status: 'Closed', disposition: 'Duplicate' },
};

/** The row as the body of a feed message in EIDO, the dialect with a code for any nature and a stamp of its own. `id` is the message's own. */
function eidoBody(row: MappedRow, id: string, agencyName: string): string {
  const { status, disposition } = EIDO_STATUS[row.outcome];
  const message: EidoMessage = {
    $id: id,
    eidoVersion: '1.0',
    lastUpdateTimeStamp: formatIso(row.clockMs, 0, true),
    agencyComponent: [{ $id: 'agency', agencyName }],
    incidentComponent: {
      incidentTypeCommonRegistryText: 'OTHER',
      incidentTypeInternalCode: row.nature,
      incidentStatusCommonRegistryText: status,
      internalIncidentId: row.id,
      ...(disposition === null ? {} : { dispositionComponent: [{ dispositionText: disposition }] }),
    },
    callComponent: [{ callStartTimestamp: formatIso(row.incidentMs, 0, true) }],
    locationComponent: [{ $id: 'place', locationText: row.place === '' ? NOWHERE : row.place }],
  };
  return JSON.stringify(message);
}

/** A file of JSON lines written in blocks, so that a full disk is met by the write that it fails and not later. Throws errors of the file system as they come. */
class LinesFile {
  readonly #fd: number;
  #block = '';

  constructor(path: string) {
    this.#fd = openSync(path, 'w');
  }

  write(value: unknown): void {
    this.#block += `${JSON.stringify(value)}\n`;
    if (this.#block.length >= BLOCK_LENGTH) this.#flush();
  }

  close(): void {
    try {
      this.#flush();
    } finally {
      closeSync(this.#fd);
    }
  }

  #flush(): void {
    const bytes = new TextEncoder().encode(this.#block);
    this.#block = '';
    for (let at = 0; at < bytes.length;) at += writeSync(this.#fd, bytes, at);
  }
}

function sizeBytes(path: string): number {
  try {
    return statSync(path).size;
  } catch (error) {
    throw fileError(path, error);
  }
}

/** Lower-case hex. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
