/** `hundredblock replay`: an agency's published file, row by row through the pipeline, on the clock of its own times. */
import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import type { AgencyProfile } from '../../contract/agency.ts';
import type { Alert } from '../../contract/alert.ts';
import { CATEGORIES, CATEGORY_LABELS, PRESETS, type Category } from '../../contract/catalogue.ts';
import { HundredblockError } from '../../contract/errors.ts';
import { EMPTY_GAZETTEER } from '../../contract/gazetteer.ts';
import { EMPTY_ROSTER } from '../../contract/roster.ts';
import type { Mapping } from '../../contract/mapping.ts';
import type { Pipeline, RowReceipt } from '../../contract/pipeline.ts';
import { DEFAULT_POLICY } from '../../contract/policy.ts';
import { createPipeline } from '../../reference-impl/pipeline/pipeline.ts';
import { openOutput, outputError } from '../records/output.ts';
import { createLinesFile, type LinesFile } from './lines-file.ts';
import { eligibleMark, namedNatures, natureTable, rowMapper, type MappedRow } from './map-row.ts';
import { loadMapping } from './mapping.ts';
import { eidoBody } from './message.ts';
import { REPLAY_SCHEMA, type ReplayRecord } from './record.ts';
import { replayPage } from './report.ts';
import { createSeen } from './seen.ts';
import { createSorter } from './sort.ts';
import { openSource } from './source.ts';
import { replayWarnings } from './warnings.ts';
import { createTally, type Tally } from './tally.ts';
import { fileError, fileName } from './text-chunks.ts';
import { readManifest } from '../io/package.ts';

export { summaryLines } from './summary.ts';

export interface ReplayOptions {
  /** Read one after the other, in this order. */
  files: readonly string[];
  /** The name of a mapping that ships, or the path of one. */
  map: string;
  preset: 'us-eight' | 'extended';
  /** From an incident to its row's arrival, where the mapping's clock is the incident's. */
  delayMs: number;
  /** Null: results/runs/<id> under the current folder. */
  outDir: string | null;
  /** As the record tells it. */
  command: string;
  /** Aborted: the rows read so far make a record marked partial. */
  signal?: AbortSignal;
  /** `fraction` of the input's bytes read, rows read, and a text for a person. */
  onProgress?: (fraction: number, rows: number, text: string) => void;
}

/**
 * Replays the files and writes replay.json, alerts.jsonl, rejects.jsonl and report.html, all or none.
 * Throws HundredblockError: HB_MAPPING, HB_INPUT_FILE, HB_INPUT_COLUMN or HB_OUTPUT.
 */
export async function replay(options: ReplayOptions): Promise<{ record: ReplayRecord; outDir: string }> {
  const startedAtMs = Date.now();
  const started = performance.now();
  if (options.files.length === 0)
    throw new HundredblockError('HB_USAGE', 'replay: expected at least one file, found none');
  const mapping = loadMapping(options.map);
  const files = options.files.map((path) => ({ path, bytes: sizeOf(path) }));
  const output = openOutput(options.outDir);
  try {
    const run = createRun(
      mapping,
      options,
      output.stageDir,
      files.reduce((sum, f) => sum + f.bytes, 0),
    );
    let fileRecords: ReplayRecord['files'];
    try {
      fileRecords = await readFiles(run, files);
    } finally {
      run.alerts.close();
      run.rejects.close();
      rmSync(run.sortDir, { recursive: true, force: true });
    }
    const wallMs = performance.now() - started;
    const partial = options.signal?.aborted === true;
    const record: ReplayRecord = {
      schema: REPLAY_SCHEMA,
      id: `replay-${mapping.name}-${new Date(startedAtMs).toISOString().slice(0, 19).replace(/[-:]/g, '')}-${process.pid}`,
      partial,
      command: options.command,
      code: { version: readManifest().version, node: process.version },
      startedAt: new Date(startedAtMs).toISOString(),
      mapping: {
        name: mapping.name,
        agency: mapping.agency,
        zone: mapping.zone,
        clock: mapping.clock ?? 'incident',
        order: mapping.order ?? 'sorted',
        sha256: sha256(JSON.stringify(mapping)),
      },
      preset: options.preset,
      delayMs: options.delayMs,
      files: fileRecords,
      ...run.tally.toRecord(),
      unusedNatures: run.named.rules.filter((nature) => run.unseen.has(nature)).slice(0, UNUSED_SHOWN),
      warnings: [...run.warnings, ...replayWarnings(run)],
      wallMs: Math.round(wallMs),
      rowsPerSecond: Math.round((run.tally.counts.rows / Math.max(wallMs, 1)) * 1000),
      maxRssMiB: Math.round(process.resourceUsage().maxRSS / 1024),
    };
    writeFileSync(join(output.stageDir, 'replay.json'), `${JSON.stringify(record, null, 2)}\n`);
    writeFileSync(join(output.stageDir, 'report.html'), replayPage(record));
    return { record, outDir: output.commit(record.id) };
  } catch (error) {
    output.discard();
    throw outputError(options.outDir ?? 'results/runs', error);
  }
}

// --- internal ---

/** Longest stretch of rows between two looks at the abort signal and the progress bar. */
const ROWS_A_TURN = 2000;
const AGENCY = 'replay';
const UNUSED_SHOWN = 100;
/** A row's message is some hundred characters around texts of at most a thousand each, which JSON may write six times as long. */
const BODY_LENGTH_MAX = 1 << 16;

const CATEGORY_OF_LABEL: ReadonlyMap<string, Category> = new Map(CATEGORIES.map((c) => [CATEGORY_LABELS[c], c]));

function createRun(mapping: Mapping, options: ReplayOptions, stageDir: string, bytesTotal: number) {
  const sortDir = join(stageDir, 'sort');
  mkdirSync(sortDir);
  const order = mapping.order ?? 'sorted';
  const natures = natureTable(mapping);
  const named = namedNatures(mapping);
  return {
    mapping,
    options,
    natures,
    named,
    /** Of the natures named, those that no row had so far. */
    unseen: new Set(named.all),
    /** Rows whose id stood in another file before. */
    rowsOfOtherFiles: 0,
    bytesTotal,
    sortDir,
    sorter: order === 'file' ? null : createSorter(sortDir, order === 'newest-first' ? 'reversed' : 'as-in-file'),
    pipeline: createReplayPipeline(mapping, options, natures),
    tally: createTally(options.preset, mapping.zone),
    seen: createSeen(),
    alerts: createLinesFile(join(stageDir, 'alerts.jsonl')),
    rejects: createLinesFile(join(stageDir, 'rejects.jsonl')),
    warnings: new Set<string>(),
    nowMs: -Infinity,
    lastWakeMs: -Infinity,
    fileNames: options.files.map(fileName),
  };
}
type Run = ReturnType<typeof createRun>;

function createReplayPipeline(
  mapping: Mapping,
  options: ReplayOptions,
  natures: ReturnType<typeof natureTable>,
): Pipeline {
  const profile: AgencyProfile = {
    id: AGENCY,
    name: mapping.agency,
    zone: mapping.zone,
    feeds: [{ fromMs: 0, dialect: 'eido' }],
    natures: { eido: natures },
    gazetteer: EMPTY_GAZETTEER,
    places: 'text',
    policies: [{ fromMs: 0, policy: { ...DEFAULT_POLICY, preset: options.preset, review: 'auto' } }],
  };
  // The same files and mapping give the same alert keys, so that two replays can be compared line by line.
  const runKey = sha256(JSON.stringify([mapping, options.files.map((f) => [fileName(f), sizeOf(f)])]));
  return createPipeline({ agencies: [profile], roster: EMPTY_ROSTER, runKey, bodyLengthMax: BODY_LENGTH_MAX });
}

async function readFiles(run: Run, files: readonly { path: string; bytes: number }[]): Promise<ReplayRecord['files']> {
  const { tally, options, sorter } = run;
  const records: ReplayRecord['files'] = [];
  let bytesBefore = 0;
  for (const [index, file] of files.entries()) {
    const rowsBefore = { ...tally.counts };
    let bytes = 0;
    const source = await openSource(file.path, run.mapping, (n) => (bytes = n));
    for (const warning of source.warnings) run.warnings.add(warning);
    const map = rowMapper(run.mapping, source.columns, options.delayMs, run.unseen);
    let row = 0;
    for await (const item of source.rows) {
      row++;
      const mapped = 'reject' in item ? { reject: item.reject, shape: null } : map(item.raw, index, row);
      if ('reject' in mapped) {
        tally.rejected(mapped);
        run.rejects.write({ file: run.fileNames[index], row, reason: mapped.reject });
      } else {
        tally.parsed(mapped);
        if (sorter === null) replayRow(run, mapped);
        else sorter.add(mapped);
      }
      if (row % ROWS_A_TURN === 0 && (await isStopped(run, bytesBefore + bytes, sorter === null ? 1 : 0.6))) break;
    }
    bytesBefore += file.bytes;
    const { rows, parsed, rejected } = tally.counts;
    records.push({
      name: run.fileNames[index],
      bytes,
      rows: rows - rowsBefore.rows,
      parsed: parsed - rowsBefore.parsed,
      rejected: rejected - rowsBefore.rejected,
    });
    if (options.signal?.aborted === true) break;
    if (row === 0) run.warnings.add(`${run.fileNames[index]}: no rows`);
  }
  if (sorter !== null && options.signal?.aborted !== true) await replaySorted(run);
  return records;
}

async function replaySorted(run: Run): Promise<void> {
  let done = 0;
  const total = run.tally.counts.parsed;
  for await (const row of run.sorter!.sorted()) {
    replayRow(run, row);
    done++;
    if (done % ROWS_A_TURN === 0 && (await isStopped(run, run.bytesTotal * (0.6 + (0.4 * done) / total), 1))) return;
  }
}

/** Tells the progress, lets signals in, and answers whether to stop. */
async function isStopped(run: Run, bytes: number, share: number): Promise<boolean> {
  const rows = run.tally.counts.rows;
  run.options.onProgress?.(Math.min(1, (bytes / Math.max(1, run.bytesTotal)) * share), rows, `${rows} rows`);
  await setImmediate();
  return run.options.signal?.aborted === true;
}

/** Hands one row to the pipeline, at its time, and counts what comes out. */
function replayRow(run: Run, row: MappedRow): void {
  const { tally, pipeline, seen } = run;
  const known = seen.get(row.idHash);
  const mark = eligibleMark(row.nature, run.natures, PRESETS[run.options.preset]);
  const counted = known?.mark ?? 0;
  seen.set(row.idHash, row.content, counted === 0 ? mark : counted, row.file);
  if (known !== null && known.file !== row.file) run.rowsOfOtherFiles++;
  if (known !== null && known.content === row.content) {
    tally.counts.duplicates++;
    return;
  }
  if (known === null) tally.record(row);
  else tally.counts.updates++;
  if (counted === 0 && mark > 0) tally.eligible(mark);

  // The pipeline takes its inputs in the order of time: what arrives out of order arrives when it is its turn.
  if (row.clockMs < run.nowMs) tally.times.backwards++;
  run.nowMs = Math.max(run.nowMs, row.clockMs);
  tally.replayed(row, run.nowMs);
  for (
    let wakeMs = pipeline.nextWakeMs();
    wakeMs <= run.nowMs && wakeMs > run.lastWakeMs;
    wakeMs = pipeline.nextWakeMs()
  ) {
    run.lastWakeMs = wakeMs;
    pipeline.handle({ kind: 'wake' }, wakeMs);
  }
  const messageId = `row-${row.file}-${row.row}`;
  const body = eidoBody(row, messageId, run.mapping.agency);
  for (const output of pipeline.handle({ kind: 'cad', messageId, agency: AGENCY, dialect: 'eido', body }, run.nowMs)) {
    switch (output.kind) {
      case 'receipt':
        takeReceipt(tally, output.rows[0]);
        break;
      case 'publish':
        publish(run.alerts, tally, output.alert, row);
        break;
      case 'suppressed':
        tally.suppressed(output.reason);
        if (output.reason === 'unlocatable') tally.unlocatable(row);
        break;
      case 'withheld':
        tally.suppressed(output.reason);
        break;
      case 'review-request':
      case 'review-withdrawn':
      case 'post':
      case 'log':
        break;
    }
  }
}

function takeReceipt(tally: Tally, receipt: RowReceipt): void {
  if (receipt.outcome === 'superseded') tally.counts.superseded++;
  if (receipt.outcome !== 'rejected') return;
  // A mapped row is a well-formed message: only a fault of our own can make the pipeline refuse it.
  throw new HundredblockError(
    'HB_INTERNAL',
    `replay: expected the pipeline to take a mapped row, found it rejected as ${receipt.code}`,
  );
}

/** A line of alerts.jsonl: the published place and category, and the message as residents get it. */
function publish(file: LinesFile, tally: Tally, alert: Alert, row: MappedRow): void {
  const category = CATEGORY_OF_LABEL.get(alert.info.event)!;
  file.write({ place: alert.area.areaDesc, category, alert });
  switch (alert.msgType) {
    case 'Alert':
      return tally.alert(category, row);
    case 'Update':
      tally.counts.alertUpdates++;
      return;
    case 'Cancel':
      tally.counts.alertCancels++;
  }
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch (error) {
    throw fileError(path, error);
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
