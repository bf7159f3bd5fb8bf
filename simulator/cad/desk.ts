/**
 * The CAD desk: records as a sequence of changes. A call opens a record, joins one, or opens a second one by mistake that is merged
 * later; officers re-type what they find; callers cancel; work ends with a disposition. The feed is told each change.
 *
 * Numbers without a source are assumed.
 */
import { EVENT_TYPES } from '../../contract/catalogue.ts';
import type { PrivateString } from '../../contract/manifest.ts';
import { civilFromMs, pad, MINUTE_MS } from '../../contract/time.ts';
import { zoneOffsetMin } from '../../contract/zones.ts';
import type { Call } from '../calls/calls.ts';
import type { City } from '../city/city.ts';
import { ON_VIEW_FROM } from '../incidents/incident.ts';
import { typeIndex } from '../incidents/mix.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { KIND } from '../kernel/kinds.ts';
import { exponential, keyedDraw, lognormal, type Draw, type Seeds } from '../kernel/random.ts';
import type { Dispatch } from '../police/dispatch.ts';
import { typeOutcome, type JobPriority } from '../police/parameters.ts';
import { drawService, type WorkRules } from '../police/service.ts';
import { locateCall, locatePosition } from './locate.ts';
import { newRecordFile, type NewRecord, type RecordFile } from './record-file.ts';
import type { CadChange, CadRecord } from './record.ts';
import { RecordTypist } from './typist.ts';

/** A further call about an incident on record is recognised as such in this share of cases. */
const RECOGNISED_SHARE = 0.85;
const MERGE_MS_MEAN = 7 * MINUTE_MS;
const MISCODED_SHARE = 0.05;
const COLD_CODED_SHARE = 0.85;
const COLD_AFTER_MS = 30 * MINUTE_MS;
const MORE_NOTES_SHARE = 0.3;
const REPRIORITISED_SHARE = 0.05;
const RETYPED_SHARE = 0.5;
/** If officers find nothing, the record is closed as unfounded in this share of cases, and without a disposition in the rest. */
const UNFOUNDED_WRITTEN_SHARE = 0.85;
const CANCEL_MS_MEAN = 6 * MINUTE_MS;
/** Share of traffic stops among officer-initiated records; the rest are patrol checks. */
const TRAFFIC_STOP_SHARE = 0.6;

const MISCODES = ['suspicious-person', 'disturbance', 'trespass', 'theft'];

/** The agency of the desk, and the functions that hear of its records. */
export interface DeskOptions {
  kernel: Kernel;
  seeds: Seeds;
  agencyIndex: number;
  agencyId: string;
  zone: string;
  city: City;
  /** People in the jurisdiction. */
  persons: number;
  cancelShare: number;
  /** The rules by which dispatch sizes a job. */
  work: WorkRules;
  police: Pick<Dispatch, 'request' | 'cancel' | 'reprioritise'>;
  /** A record changed. */
  changed: (record: CadRecord, change: CadChange) => void;
  learnPrivate: (recordId: string, strings: PrivateString[]) => void;
}

/** A change that comes later by itself. */
type PlannedChange =
  | { kind: 'merge'; into: string }
  | { kind: 'note' }
  | { kind: 'priority'; priority: number }
  | { kind: 'retype'; type: number }
  | { kind: 'cancel' };
/** Ordinals of the kernel's events: one of each kind for a record. */
const PLAN = { note: 1, priority: 2, miscoded: 3, cancel: 4, merge: 5, found: 6 } as const;

/** The CAD desk of one agency. */
export class CadDesk {
  readonly #options: DeskOptions;
  readonly #kernel: Kernel;
  readonly #typist: RecordTypist;
  readonly #files = new Map<number, RecordFile>();
  readonly #byRecordId = new Map<string, RecordFile>();

  constructor(options: DeskOptions) {
    this.#options = options;
    this.#kernel = options.kernel;
    this.#typist = new RecordTypist(options);
    this.#kernel.on(KIND.recordChange, (id, payload) => this.#carryOut(id, payload as PlannedChange));
  }

  /** A call-taker has typed a call: it joins a record that is open, or opens one. */
  take(call: Call): void {
    const { incident } = call;
    const live = incident.records.map((id) => this.#file(id)).find(isLive);
    const draw = this.#draws('join', `${incident.drawKey}/${call.caller}`);
    if (live === undefined || draw() >= RECOGNISED_SHARE) {
      this.#open(call);
      return;
    }
    this.#typist.addCaller(live, call, draw);
    this.#typist.addNote(live, call, 'first', draw);
    this.#change(live, 'updated');
  }

  /** A better position came in for a call: it moves the open records that were placed by that call. */
  relocate(call: Call): void {
    for (const id of call.incident.records) {
      const file = this.#file(id);
      if (file.placedByCall !== call.id || !isLive(file)) continue;
      const draw = this.#draws('relocate', id);
      file.record.location = locatePosition(this.#options.city, call.ali.x, call.ali.y, draw);
      this.#typist.tellPlace(file);
      this.#change(file, 'relocated');
    }
  }

  /** Officer-initiated activity at (x, y), dm: a record without a call. Returns its job, integer ms of work. */
  onView(opportunity: number, unit: string, x: number, y: number): { jobId: number; serviceMs: number } {
    const { seeds, agencyId, city } = this.#options;
    const { nowMs } = this.#kernel;
    const id = ON_VIEW_FROM + opportunity;
    const draw = this.#draws('on-view', opportunity);
    const type = typeIndex(draw() < TRAFFIC_STOP_SHARE ? 'traffic-stop' : 'patrol-check');
    const location = locatePosition(city, x, y, draw);
    const file = this.#newFile({ id, recordId: this.#recordId(id), type, incident: null, location });
    file.record.dispatchMs = nowMs;
    file.record.onSceneMs = nowMs;
    file.record.units = [unit];
    this.#typist.tellPlace(file);
    this.#change(file, 'created');
    return { jobId: id, serviceMs: drawService(seeds, agencyId, EVENT_TYPES[type].id, id).serviceMs };
  }

  /** Units have set out for a record. */
  dispatched(id: number, units: readonly string[]): void {
    const file = this.#file(id);
    if (!isLive(file)) return;
    file.record.dispatchMs ??= this.#kernel.nowMs;
    // A unit that a more urgent call took away may come back.
    file.record.units = [...new Set([...file.record.units, ...units])];
    this.#change(file, 'dispatched');
  }

  /** A unit is at the scene of a record; `first` if it is the first. */
  onScene(id: number, first: boolean): void {
    const file = this.#file(id);
    const { record } = file;
    if (!isLive(file) || !first) return;
    record.onSceneMs = this.#kernel.nowMs;
    this.#change(file, 'onScene');
    const really = file.incident?.really ?? -1;
    const draw = this.#draws('on-scene', id);
    if (really < 0 || really === record.type || EVENT_TYPES[record.type].id === 'burglary-cold') return;
    if (draw() < RETYPED_SHARE)
      this.#plan(id, PLAN.found, lognormal(draw, 6 * MINUTE_MS, 0.6), { kind: 'retype', type: really });
  }

  /** Police have done with a record. */
  cleared(id: number): void {
    const file = this.#file(id);
    const { record, incident } = file;
    if (!isLive(file)) return;
    const draw = this.#draws('clear', id);
    const u = draw();
    if (incident !== null && incident.really < 0)
      record.disposition = u < UNFOUNDED_WRITTEN_SHARE ? 'unfounded' : 'none';
    else record.disposition = u < typeOutcome(EVENT_TYPES[record.type].id).report ? 'founded' : 'none';
    if (incident !== null && incident.records[0] === id) this.#typist.addNote(file, null, 'outcome', draw);
    this.#end(file, 'closed');
  }

  file(recordId: string): RecordFile | undefined {
    return this.#byRecordId.get(recordId);
  }

  /** How many records there are. */
  records(): number {
    return this.#files.size;
  }

  /** Every record, in order of creation. */
  all(): Iterable<RecordFile> {
    return this.#files.values();
  }

  #file(id: number): RecordFile {
    return this.#files.get(id) as RecordFile;
  }

  #draws(concern: string, id: number | string): Draw {
    return keyedDraw(this.#options.seeds, `${this.#options.agencyId}/${concern}`, id);
  }

  /** Opens a record for a call, requests police, and plans what will change by itself. */
  #open(call: Call): void {
    const { incident } = call;
    const { nowMs } = this.#kernel;
    const draw = this.#draws('record', `${incident.drawKey}/${call.caller}`);
    const reported = EVENT_TYPES[incident.reported].id;
    const isCold = nowMs - incident.onsetMs > COLD_AFTER_MS && reported === 'burglary';
    const isColdCoded = draw() < COLD_CODED_SHARE;
    const isMiscoded = draw() < MISCODED_SHARE;
    const miscode = MISCODES[Math.floor(draw() * MISCODES.length)];
    const typeId = isCold && isColdCoded ? 'burglary-cold' : isMiscoded ? miscode : reported;
    const location = locateCall(this.#options.city, call, draw);
    const file = this.#newFile({
      id: call.id,
      recordId: this.#recordId(call.id),
      type: typeIndex(typeId),
      incident,
      location,
    });
    file.callMs = call.placedMs;
    file.answeredMs = call.answeredMs;
    file.record.receivedMs = call.placedMs;
    file.placedByCall = call.knowsPlace ? -1 : call.id;
    this.#typist.addCaller(file, call, draw);
    this.#typist.tellPlace(file);
    this.#typist.addNote(file, call, 'first', draw);
    this.#change(file, 'created');
    this.#request(file);
    this.#planChanges(call, file, isMiscoded && !isCold, draw);
  }

  /** Draws what will change of a new record by itself. `isMiscoded`: somebody will correct its type. */
  #planChanges(call: Call, { record }: RecordFile, isMiscoded: boolean, draw: Draw): void {
    const { id, incident } = call;
    if (draw() < MORE_NOTES_SHARE) this.#plan(id, PLAN.note, lognormal(draw, 4 * MINUTE_MS, 0.8), { kind: 'note' });
    if (draw() < REPRIORITISED_SHARE)
      this.#plan(id, PLAN.priority, lognormal(draw, 3 * MINUTE_MS, 0.5), {
        kind: 'priority',
        priority: Math.max(1, record.priority - 1),
      });
    if (isMiscoded)
      this.#plan(id, PLAN.miscoded, lognormal(draw, 8 * MINUTE_MS, 0.8), { kind: 'retype', type: incident.reported });
    if (draw() < this.#options.cancelShare)
      this.#plan(id, PLAN.cancel, exponential(draw, CANCEL_MS_MEAN), { kind: 'cancel' });
    const first = incident.records.length > 0 ? this.#files.get(incident.records[0]) : undefined;
    incident.records.push(id);
    if (first !== undefined && isLive(first))
      this.#plan(id, PLAN.merge, lognormal(draw, MERGE_MS_MEAN, 0.7), { kind: 'merge', into: first.record.recordId });
  }

  #plan(id: number, ordinal: number, delayMs: number, planned: PlannedChange): void {
    const atMs = this.#kernel.nowMs + Math.max(1, Math.round(delayMs));
    this.#kernel.schedule(atMs, KIND.recordChange, id, ordinal, planned);
  }

  #carryOut(id: number, planned: PlannedChange): void {
    const file = this.#file(id);
    const { record } = file;
    const { police } = this.#options;
    if (!isLive(file)) return;
    switch (planned.kind) {
      case 'merge':
        record.mergedInto = planned.into;
        police.cancel(id);
        this.#end(file, 'merged');
        return;
      case 'note':
        this.#typist.addNote(file, null, 'more', this.#draws('note', id));
        this.#change(file, 'updated');
        return;
      case 'priority':
        record.priority = planned.priority;
        this.#change(file, 'reprioritised');
        police.reprioritise(id, planned.priority as JobPriority);
        return;
      case 'retype':
        record.type = planned.type;
        this.#change(file, 'retyped');
        return;
      case 'cancel':
        if (record.onSceneMs !== null) return;
        police.cancel(id);
        this.#end(file, 'cancelled');
        return;
    }
  }

  #newFile(start: NewRecord): RecordFile {
    const file = newRecordFile(start, this.#kernel.nowMs);
    this.#files.set(start.id, file);
    this.#byRecordId.set(start.recordId, file);
    return file;
  }

  #request({ record, incident }: RecordFile): void {
    const { seeds, agencyId, work, police } = this.#options;
    const origin = incident?.origin;
    police.request({
      id: record.ordinal,
      priority: record.priority as JobPriority,
      x: record.location.x,
      y: record.location.y,
      ...drawService(seeds, agencyId, EVENT_TYPES[record.type].id, record.ordinal, work),
      tags: {
        cause: 'call',
        unfounded: incident !== null && incident.really < 0,
        induced: origin === 'alert' || origin === 'post',
      },
    });
  }

  #change({ record }: RecordFile, change: CadChange): void {
    const { history, nowMs } = this.#kernel;
    record.updatedMs = nowMs;
    history.foldText(record.recordId);
    history.fold(record.type);
    this.#options.changed(record, change);
  }

  /** Ends a record; nothing changes it afterwards. */
  #end(file: RecordFile, how: 'merged' | 'cancelled' | 'closed'): void {
    const { record } = file;
    const { nowMs } = this.#kernel;
    record.status = how === 'cancelled' ? 'cancelled' : 'closed';
    record.closedMs = nowMs;
    if (how === 'merged') record.disposition = 'duplicate';
    if (how === 'cancelled' || record.disposition === 'unfounded' || record.disposition === 'duplicate')
      file.withdrawnMs = nowMs;
    this.#change(file, how);
  }

  /** `260601-0000A`: the local day, and the record's number. */
  #recordId(id: number): string {
    const { nowMs } = this.#kernel;
    const local = civilFromMs(nowMs + zoneOffsetMin(this.#options.zone, nowMs) * MINUTE_MS);
    const day = `${pad(local.year % 100, 2)}${pad(local.month, 2)}${pad(local.day, 2)}`;
    return `${day}-${id.toString(36).toUpperCase().padStart(5, '0')}`;
  }
}

// --- internal ---

function isLive({ record }: RecordFile): boolean {
  return record.status === 'open';
}
