/** Reads messages into the latest state of each record: docs/reference/rules.md, 'Reading a message' and 'What is known of a record'. */
import type { ManifestRow, MessageManifest } from '../../contract/manifest.ts';
import type { PipelineInput, RowOutcome } from '../../contract/pipeline.ts';
import { civilToMs, parseIso } from '../../contract/time.ts';
import { localToUtc } from '../../contract/zones.ts';
import { changesNear, dialectAt, policyAt, type RecordState } from '../rules/eligibility.ts';
import type { AgencyBook, KnownRecord } from './agency-book.ts';
import { DOUBT, type Doubt, type Moment } from './doubt.ts';
import type { Groups } from './groups.ts';

/** The row outcomes that a message's receipt must list; null if the clock's tolerance leaves them open. */
export type ExpectedReceipt = RowReading[] | null;

interface RowReading {
  row: number;
  outcome: RowOutcome;
}

type CadInput = PipelineInput & { kind: 'cad' };

/** One message while it is read. */
interface Reading {
  book: AgencyBook;
  manifest: MessageManifest;
  moment: Moment;
  /** The doubt whether the target read the message in the same way. */
  doubt: Doubt;
  /** True once a row names a record about which the target's knowledge is unsure: then any receipt is right. */
  touchesUnsure: boolean;
}

/** Reads the messages of a run. */
export class Records {
  readonly #bodyLengthMax: number;
  readonly #groups: Groups;

  constructor(bodyLengthMax: number, groups: Groups) {
    this.#bodyLengthMax = bodyLengthMax;
    this.#groups = groups;
  }

  /** Reads a message of the book's agency; without a book, of an agency that nobody knows. */
  read(
    book: AgencyBook | undefined,
    input: CadInput,
    manifest: MessageManifest | null,
    moment: Moment,
  ): ExpectedReceipt {
    if (book === undefined) return refused();
    const { profile } = book;
    const { atMs } = moment;
    this.forget(book, atMs);
    const doubt = moment.isUnsure ? DOUBT.unsure : moment.edgeDoubt((slack) => changesNear(profile, atMs, slack));
    const accepts = [atMs, atMs - moment.toleranceMs, atMs + moment.slack().afterMs].some(
      (ms) => dialectAt(profile, ms) === input.dialect,
    );
    if (!accepts) return refused();
    if (input.body.length > this.#bodyLengthMax || manifest === null || !manifest.readable) return refused();
    const reading: Reading = { book, manifest, moment, doubt, touchesUnsure: moment.isUnsure };
    const receipt = manifest.snapshot ? this.#snapshot(reading, input) : this.#rows(reading);
    return doubt !== DOUBT.none || reading.touchesUnsure ? null : receipt;
  }

  /** Forgetting touches nothing outside its agency, so that it can wait for the agency's next input. */
  forget(book: AgencyBook, atMs: number): void {
    const { retainMs } = policyAt(book.profile, atMs);
    for (const record of book.records.values()) {
      if (record.heardMs + retainMs > atMs) break;
      book.records.delete(record.id);
      book.openPortal.delete(record);
      this.#groups.leave(record);
    }
  }

  #rows(reading: Reading): RowReading[] {
    return reading.manifest.rows.map((row) => ({
      row: row.row,
      outcome: row.wellFormed ? this.#take(reading, row) : 'rejected',
    }));
  }

  #snapshot(reading: Reading, input: CadInput): RowReading[] {
    const { book, manifest, moment } = reading;
    const stampMs = manifest.rows[0]?.updatedMs ?? snapshotStampMs(input.body, book.profile.zone);
    const asOfMs = Math.min(stampMs, moment.atMs);
    if (asOfMs <= book.snapshotMs) {
      return manifest.rows.map((row) => {
        if (!row.wellFormed) return { row: row.row, outcome: 'rejected' };
        const known = book.records.get(row.recordId.trim());
        if (known !== undefined) book.hear(known, moment.atMs);
        return { row: row.row, outcome: 'superseded' };
      });
    }
    book.snapshotMs = asOfMs;
    const receipt = this.#rows(reading);
    if (manifest.rows.every((row) => row.wellFormed)) this.#closeAbsent(reading);
    return receipt;
  }

  /** Closes the portal's open records that its snapshot no longer lists, in the order in which they were first seen. */
  #closeAbsent({ book, manifest, moment, doubt }: Reading): void {
    const listed = new Set(manifest.rows.map((row) => row.recordId.trim()));
    const absent = [...book.openPortal].filter((record) => !listed.has(record.id)).sort((a, b) => a.serial - b.serial);
    for (const record of absent) {
      record.state = { ...record.state, status: 'closed', disposition: 'none' };
      book.openPortal.delete(record);
      this.#groups.raise(record, doubt);
      this.#groups.evaluate(record, moment);
    }
  }

  /** Holds a row against what is known of its record, and takes it over if it is news. */
  #take(reading: Reading, row: ManifestRow): RowOutcome {
    const { book, manifest, moment, doubt } = reading;
    const state = stateOf(row, manifest, moment.atMs);
    let record = book.records.get(row.recordId.trim());
    if (record === undefined) {
      record = newRecord(reading, row.recordId.trim(), state);
    } else {
      book.hear(record, moment.atMs);
      record.portal = manifest.snapshot;
      reading.touchesUnsure ||= record.doubt === DOUBT.unsure;
      this.#groups.raise(record, doubt);
      const known = record.state;
      if (known.updatedMs !== null && state.updatedMs !== null && state.updatedMs < known.updatedMs)
        return 'superseded';
      if (saysTheSame(known, state)) {
        if (state.updatedMs !== null) record.state = { ...known, updatedMs: state.updatedMs };
        book.notePortal(record);
        return 'duplicate';
      }
      record.state = state;
      record.cancelled ||= state.status === 'cancelled';
    }
    book.notePortal(record);
    this.#groups.evaluate(record, moment);
    return 'accepted';
  }
}

// --- internal ---

function refused(): RowReading[] {
  return [{ row: 0, outcome: 'rejected' }];
}

function stateOf(row: ManifestRow, manifest: MessageManifest, atMs: number): RecordState {
  return {
    incidentMs: row.incidentMs,
    // A clock that runs ahead must not shut out what follows.
    updatedMs: row.updatedMs === null ? null : Math.min(row.updatedMs, atMs),
    nature: row.nature.trim(),
    dialect: manifest.dialect,
    status: row.status,
    disposition: row.disposition,
    location: row.location,
  };
}

function newRecord({ book, manifest, moment, doubt }: Reading, id: string, state: RecordState): KnownRecord {
  const record: KnownRecord = {
    id,
    book,
    serial: book.nextSerial(),
    state,
    cancelled: state.status === 'cancelled',
    portal: manifest.snapshot,
    heardMs: moment.atMs,
    group: null,
    answered: null,
    reason: null,
    doubt,
  };
  book.records.set(id, record);
  book.ids.add(id);
  return record;
}

function saysTheSame(a: RecordState, b: RecordState): boolean {
  return (
    a.incidentMs === b.incidentMs &&
    a.nature === b.nature &&
    a.status === b.status &&
    a.disposition === b.disposition &&
    a.location.text.trim() === b.location.text.trim()
  );
}

/** An empty snapshot has no row to carry its stamp: it is read from the body, as the agency's wall clock. */
function snapshotStampMs(body: string, zone: string): number {
  const { as_of: asOf } = JSON.parse(body) as { as_of: string };
  const iso = parseIso(asOf)!;
  return iso.offsetMin === null
    ? localToUtc(zone, civilToMs(iso.civil)).ms
    : civilToMs(iso.civil) - iso.offsetMin * 60_000;
}
