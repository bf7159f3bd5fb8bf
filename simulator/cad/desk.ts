/**
 * The CAD desk: records as a sequence of changes. A call opens a record, joins one, or opens a second one by mistake that is merged
 * later; officers re-type what they find; callers cancel; work ends with a disposition. Each change is told to the feed.
 *
 * Numbers without a source are `assumed`.
 */
import { EVENT_TYPES } from '../../contract/catalogue.ts';
import { dmToDegrees } from '../../contract/plane.ts';
import type { PrivateString } from '../../contract/manifest.ts';
import { civilFromMs, pad, MINUTE_MS } from '../../contract/time.ts';
import { zoneOffsetMin } from '../../contract/zones.ts';
import type { Call } from '../calls/calls.ts';
import { addressText, householdPlace, type City } from '../city/city.ts';
import { CALL_SLOTS, INDUCED_FROM, ON_VIEW_FROM, type Incident, type IncidentPlace } from '../incidents/incident.ts';
import { homeOn, middle, typeIndex } from '../incidents/arrivals.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { KIND } from '../kernel/kinds.ts';
import { exponential, keyedDraw, lognormal, type Draw, type Seeds } from '../kernel/random.ts';
import { composeNote } from '../narratives/narratives.ts';
import { canaryOf, identityOf, medicalOf } from '../people/identity.ts';
import type { Dispatch } from '../police/dispatch.ts';
import { typeOutcome, typePriority, type JobPriority } from '../police/parameters.ts';
import { drawService, type WorkRules } from '../police/service.ts';
import type { CadChange, CadLocation, CadRecord } from './record.ts';

/** A further call about an incident on record is recognised as such in this share of cases. */
const RECOGNISED_SHARE = 0.85;
const MERGE_MS_MEAN = 7 * MINUTE_MS;
const MISCODED_SHARE = 0.05;
const COLD_CODED_SHARE = 0.85;
const COLD_AFTER_MS = 30 * MINUTE_MS;
const MORE_NOTES_SHARE = 0.3;
const REPRIORITISED_SHARE = 0.05;
const RETYPED_SHARE = 0.5;
/** Nothing found is written up as unfounded in this share; the rest closes without a word. */
const UNFOUNDED_WRITTEN_SHARE = 0.85;
const CANCEL_MS_MEAN = 6 * MINUTE_MS;
const EMAIL_SHARE = 0.2;
const BIRTH_DATE_SHARE = 0.35;
const PLATE_SHARE = 0.25;
const MEDICAL_SHARE = 0.15;
const CANARIES_HALF = 8_388_608;

const VAGUE = [
  'BEHIND THE OLD MILL',
  'ALONG THE RIVER TRAIL',
  'FIELD PAST THE WATER TOWER',
  'UNDER THE RAIL BRIDGE',
  'LOT BY THE GRAIN SILO',
];
const MISCODES = ['suspicious-person', 'disturbance', 'trespass', 'theft'];

export interface DeskOptions {
  kernel: Kernel;
  seeds: Seeds;
  agencyIndex: number;
  agencyId: string;
  zone: string;
  city: City;
  persons: number;
  cancelShare: number;
  /** What dispatch makes of a job. */
  work: WorkRules;
  changed: (record: CadRecord, change: CadChange) => void;
  learnPrivate: (recordId: string, strings: PrivateString[]) => void;
}

/** What the desk and the world know of a record beyond its text. */
export interface RecordFile {
  record: CadRecord;
  incident: Incident | null;
  callMs: number;
  answeredMs: number;
  withdrawnMs: number | null;
  /** The place came from ALI, by this call; a rebid may move it. */
  placedByCall: number;
}

export interface CadDesk {
  take(call: Call): void;
  relocate(call: Call): void;
  /** Officer-initiated activity: a record without a call. */
  onView(opportunity: number, unit: string, x: number, y: number): { jobId: number; serviceMs: number };
  dispatched(id: number, units: readonly string[]): void;
  onScene(id: number, first: boolean): void;
  cleared(id: number): void;
  file(recordId: string): RecordFile | undefined;
  records(): number;
  /** Every record, in order of creation. */
  all(): Iterable<RecordFile>;
}

type Change =
  | { kind: 'merge'; into: string }
  | { kind: 'note' }
  | { kind: 'priority'; priority: number }
  | { kind: 'retype'; type: number }
  | { kind: 'cancel' };

export function createDesk(o: DeskOptions, dispatch: () => Dispatch): CadDesk {
  const { kernel, seeds, city } = o;
  const files = new Map<number, RecordFile>();
  const byRecordId = new Map<string, RecordFile>();

  const inducedCanaries = new Map<number, number>();
  /** Canary numbers have 24 bits: the lower half for calls of exogenous incidents, the upper for induced ones in order of appearance. */
  const canaryNumber = (callId: number): number => {
    if (callId < INDUCED_FROM * CALL_SLOTS) return callId % CANARIES_HALF;
    const number = inducedCanaries.get(callId) ?? inducedCanaries.size;
    inducedCanaries.set(callId, number);
    return CANARIES_HALF + (number % CANARIES_HALF);
  };

  const draws = (concern: string, id: number | string): Draw => keyedDraw(seeds, `${o.agencyId}/${concern}`, id);
  const isLive = (f: RecordFile): boolean => f.record.status === 'open';

  const change = (f: RecordFile, what: CadChange): void => {
    f.record.updatedMs = kernel.nowMs;
    kernel.history.foldText(f.record.recordId);
    kernel.history.fold(f.record.type);
    o.changed(f.record, what);
  };

  const later = (id: number, ordinal: number, delayMs: number, what: Change): void => {
    kernel.schedule(kernel.nowMs + Math.max(1, Math.round(delayMs)), KIND.recordChange, id, ordinal, what);
  };

  const note = (f: RecordFile, call: Call | null, stage: 'first' | 'more' | 'outcome', draw: Draw): void => {
    const incident = f.incident;
    if (incident === null) return;
    const caller = identityOf(seeds, o.agencyIndex, call?.person ?? Math.floor(draw() * o.persons));
    const other = identityOf(seeds, o.agencyIndex, Math.floor(draw() * o.persons));
    const composed = composeNote(
      draw,
      EVENT_TYPES[f.record.type].id,
      {
        caller,
        other,
        address: f.record.location.exact.text,
        unit: f.record.location.unit,
        plate: other.plate,
        medical: medicalOf(seeds, o.agencyIndex, Math.floor(draw() * o.persons)),
        canary: canaryOf(seeds, o.agencyIndex, canaryNumber(call?.id ?? f.record.ordinal)),
      },
      stage,
    );
    o.learnPrivate(f.record.recordId, composed.privates);
    f.record.notes.push({ atMs: kernel.nowMs, text: composed.text });
  };

  const addCaller = (f: RecordFile, call: Call, draw: Draw): void => {
    const who = identityOf(seeds, o.agencyIndex, call.person);
    const privates: PrivateString[] = [
      { kind: 'name', value: who.full },
      { kind: 'phone', value: who.phone },
    ];
    const email = draw() < EMAIL_SHARE ? who.email : null;
    const birthDate = draw() < BIRTH_DATE_SHARE ? who.birthDate : null;
    if (email !== null) privates.push({ kind: 'email', value: email });
    if (birthDate !== null) privates.push({ kind: 'birth-date', value: birthDate });
    f.record.callers.push({ name: who.full, phone: who.phone, email, birthDate, address: null });
    if (draw() < MEDICAL_SHARE) {
      const medical = medicalOf(seeds, o.agencyIndex, call.person);
      f.record.medical.push(medical);
      privates.push({ kind: 'medical', value: medical });
    }
    if (draw() < PLATE_SHARE) {
      const plate = plateNear(draw);
      f.record.plates.push(plate);
      privates.push({ kind: 'plate', value: plate });
    }
    o.learnPrivate(f.record.recordId, privates);
  };

  const plateNear = (draw: Draw): string => identityOf(seeds, o.agencyIndex, Math.floor(draw() * o.persons)).plate;

  const open = (call: Call): void => {
    const { incident } = call;
    const draw = draws('record', `${incident.drawKey}/${call.caller}`);
    const reported = EVENT_TYPES[incident.reported].id;
    const cold = kernel.nowMs - incident.onsetMs > COLD_AFTER_MS && reported === 'burglary';
    const coldCoded = draw() < COLD_CODED_SHARE;
    const miscoded = draw() < MISCODED_SHARE;
    const miscode = MISCODES[Math.floor(draw() * MISCODES.length)];
    const typeId = cold && coldCoded ? 'burglary-cold' : miscoded ? miscode : reported;
    const f = newFile(call.id, recordIdOf(call.id), typeIndex(typeId), incident, locate(call, draw));
    f.callMs = call.placedMs;
    f.answeredMs = call.answeredMs;
    f.record.receivedMs = call.placedMs;
    f.placedByCall = call.knowsPlace ? -1 : call.id;
    addCaller(f, call, draw);
    learnPlace(f);
    note(f, call, 'first', draw);
    change(f, 'created');
    request(f);
    if (draw() < MORE_NOTES_SHARE) later(call.id, 1, lognormal(draw, 4 * MINUTE_MS, 0.8), { kind: 'note' });
    if (draw() < REPRIORITISED_SHARE)
      later(call.id, 2, lognormal(draw, 3 * MINUTE_MS, 0.5), {
        kind: 'priority',
        priority: Math.max(1, f.record.priority - 1),
      });
    if (miscoded && !cold)
      later(call.id, 3, lognormal(draw, 8 * MINUTE_MS, 0.8), { kind: 'retype', type: incident.reported });
    if (draw() < o.cancelShare) later(call.id, 4, exponential(draw, CANCEL_MS_MEAN), { kind: 'cancel' });
    const first = incident.records.length > 0 ? files.get(incident.records[0]) : undefined;
    incident.records.push(call.id);
    if (first !== undefined && isLive(first))
      later(call.id, 5, lognormal(draw, MERGE_MS_MEAN, 0.7), { kind: 'merge', into: first.record.recordId });
  };

  const newFile = (
    id: number,
    recordId: string,
    type: number,
    incident: Incident | null,
    location: CadLocation,
  ): RecordFile => {
    const priority = typePriority(EVENT_TYPES[type].id);
    const record: CadRecord = {
      recordId,
      ordinal: id,
      incident: incident?.key ?? -1,
      typeOriginal: type,
      type,
      priorityOriginal: priority,
      priority,
      onView: incident === null,
      receivedMs: kernel.nowMs,
      entryMs: kernel.nowMs,
      dispatchMs: null,
      onSceneMs: null,
      closedMs: null,
      updatedMs: kernel.nowMs,
      status: 'open',
      disposition: 'none',
      location,
      beat: `${1 + (location.block % 7)}${'ABCD'[location.block % 4]}`,
      units: [],
      callers: [],
      plates: [],
      medical: [],
      notes: [],
      mergedInto: null,
    };
    const f: RecordFile = {
      record,
      incident,
      callMs: kernel.nowMs,
      answeredMs: kernel.nowMs,
      withdrawnMs: null,
      placedByCall: -1,
    };
    files.set(id, f);
    byRecordId.set(recordId, f);
    return f;
  };

  const request = (f: RecordFile): void => {
    const work = drawService(seeds, o.agencyId, EVENT_TYPES[f.record.type].id, f.record.ordinal, o.work);
    const origin = f.incident?.origin;
    dispatch().request({
      id: f.record.ordinal,
      priority: f.record.priority as JobPriority,
      x: f.record.location.x,
      y: f.record.location.y,
      ...work,
      tags: {
        cause: 'call',
        unfounded: f.incident !== null && f.incident.really < 0,
        induced: origin === 'alert' || origin === 'post',
      },
    });
  };

  /** Ends a record; nothing changes it afterwards. */
  const end = (f: RecordFile, what: 'merged' | 'cancelled' | 'closed'): void => {
    f.record.status = what === 'cancelled' ? 'cancelled' : 'closed';
    f.record.closedMs = kernel.nowMs;
    if (what === 'merged') f.record.disposition = 'duplicate';
    if (what === 'cancelled' || f.record.disposition === 'unfounded' || f.record.disposition === 'duplicate')
      f.withdrawnMs = kernel.nowMs;
    change(f, what);
  };

  const locate = (call: Call, draw: Draw): CadLocation =>
    call.knowsPlace
      ? known(call.incident.place, draw)
      : call.incident.place.kind === 'vague' && call.ali.uncertaintyM > 300 && draw() < 0.5
        ? vague(call.incident.place, draw)
        : fromPosition(call.ali.x, call.ali.y, draw);

  const known = (place: IncidentPlace, draw: Draw): CadLocation => {
    const { gazetteer } = city;
    const crossing = city.crossingNearest(place.x, place.y);
    const base = { unit: null, block: place.block, crossing, x: place.x, y: place.y };
    switch (place.kind) {
      case 'home': {
        const at = householdPlace(city, place.household);
        return {
          ...base,
          exact: { kind: 'address', number: at.number, street: at.street, text: addressText(at) },
          unit: at.unit,
        };
      }
      case 'crossing':
        return { ...base, crossing: place.index, exact: crossingText(place.index) };
      case 'landmark': {
        const { name } = gazetteer.landmarks[place.index];
        return { ...base, exact: { kind: 'landmark', name, text: name } };
      }
      case 'mile': {
        const highway = gazetteer.highways[place.index].name;
        return {
          ...base,
          exact: { kind: 'mile', highway, mile: place.mile, text: `${highway} MM ${place.mile.toFixed(1)}` },
        };
      }
      case 'vague':
        return vague(place, draw);
    }
  };

  const vague = (place: IncidentPlace, draw: Draw): CadLocation => ({
    exact: { kind: 'none', text: VAGUE[Math.floor(draw() * VAGUE.length)] },
    unit: null,
    block: place.block,
    crossing: city.crossingNearest(place.x, place.y),
    x: place.x,
    y: place.y,
  });

  /** The call-taker puts a position on the nearest crossing or at a house of the nearest block. */
  const fromPosition = (x: number, y: number, draw: Draw): CadLocation => {
    const block = city.blockNearest(x, y);
    const crossing = city.crossingNearest(x, y);
    const home = homeOn(city, block, draw);
    if (home.household < 0 || draw() < 0.5)
      return { exact: crossingText(crossing), unit: null, block, crossing, ...middle(city, block) };
    const at = householdPlace(city, home.household);
    return {
      exact: { kind: 'address', number: at.number, street: at.street, text: addressText(at) },
      unit: null,
      block,
      crossing,
      x: at.x,
      y: at.y,
    };
  };

  const crossingText = (index: number): CadLocation['exact'] => {
    const { gazetteer } = city;
    const a = gazetteer.streets[gazetteer.crossingStreetA[index]];
    const b = gazetteer.streets[gazetteer.crossingStreetB[index]];
    return { kind: 'crossing', streets: [a, b], text: `${a} / ${b}` };
  };

  const learnPlace = (f: RecordFile): void => {
    const { location } = f.record;
    const privates: PrivateString[] = [];
    if (location.exact.kind === 'address' || location.exact.kind === 'landmark')
      privates.push({ kind: 'address', value: location.exact.text });
    if (location.unit !== null) privates.push({ kind: 'unit', value: location.unit });
    privates.push(
      { kind: 'coordinates', value: dmToDegrees(location.y).toFixed(7) },
      { kind: 'coordinates', value: dmToDegrees(location.x).toFixed(7) },
    );
    o.learnPrivate(f.record.recordId, privates);
  };

  const recordIdOf = (id: number): string => {
    const local = civilFromMs(kernel.nowMs + zoneOffsetMin(o.zone, kernel.nowMs) * MINUTE_MS);
    return `${pad(local.year % 100, 2)}${pad(local.month, 2)}${pad(local.day, 2)}-${id.toString(36).toUpperCase().padStart(5, '0')}`;
  };

  kernel.on(KIND.recordChange, (id, payload) => {
    const f = files.get(id) as RecordFile;
    const what = payload as Change;
    if (!isLive(f)) return;
    switch (what.kind) {
      case 'merge':
        f.record.mergedInto = what.into;
        dispatch().cancel(id);
        end(f, 'merged');
        return;
      case 'note':
        note(f, null, 'more', draws('note', id));
        change(f, 'updated');
        return;
      case 'priority':
        f.record.priority = what.priority;
        change(f, 'reprioritised');
        dispatch().reprioritise(id, what.priority as JobPriority);
        return;
      case 'retype':
        f.record.type = what.type;
        change(f, 'retyped');
        return;
      case 'cancel':
        if (f.record.onSceneMs !== null) return;
        dispatch().cancel(id);
        end(f, 'cancelled');
        return;
    }
  });

  return {
    take(call) {
      const { incident } = call;
      const live = incident.records.map((id) => files.get(id) as RecordFile).find(isLive);
      const draw = draws('join', `${incident.drawKey}/${call.caller}`);
      if (live === undefined || draw() >= RECOGNISED_SHARE) {
        open(call);
        return;
      }
      addCaller(live, call, draw);
      note(live, call, 'first', draw);
      change(live, 'updated');
    },
    relocate(call) {
      for (const id of call.incident.records) {
        const f = files.get(id) as RecordFile;
        if (f.placedByCall !== call.id || !isLive(f)) continue;
        f.record.location = fromPosition(call.ali.x, call.ali.y, draws('relocate', id));
        learnPlace(f);
        change(f, 'relocated');
      }
    },
    onView(opportunity, unit, x, y) {
      const id = ON_VIEW_FROM + opportunity;
      const draw = draws('on-view', opportunity);
      const type = typeIndex(draw() < 0.6 ? 'traffic-stop' : 'patrol-check');
      const f = newFile(id, recordIdOf(id), type, null, fromPosition(x, y, draw));
      f.record.dispatchMs = kernel.nowMs;
      f.record.onSceneMs = kernel.nowMs;
      f.record.units = [unit];
      learnPlace(f);
      change(f, 'created');
      return { jobId: id, serviceMs: drawService(seeds, o.agencyId, EVENT_TYPES[type].id, id).serviceMs };
    },
    dispatched(id, units) {
      const f = files.get(id) as RecordFile;
      if (!isLive(f)) return;
      if (f.record.dispatchMs === null) f.record.dispatchMs = kernel.nowMs;
      // A unit that a more urgent call took away may come back.
      f.record.units = [...new Set([...f.record.units, ...units])];
      change(f, 'dispatched');
    },
    onScene(id, first) {
      const f = files.get(id) as RecordFile;
      if (!isLive(f) || !first) return;
      f.record.onSceneMs = kernel.nowMs;
      change(f, 'onScene');
      const really = f.incident?.really ?? -1;
      const draw = draws('on-scene', id);
      if (
        really >= 0 &&
        really !== f.record.type &&
        EVENT_TYPES[f.record.type].id !== 'burglary-cold' &&
        draw() < RETYPED_SHARE
      ) {
        later(id, 6, lognormal(draw, 6 * MINUTE_MS, 0.6), { kind: 'retype', type: really });
      }
    },
    cleared(id) {
      const f = files.get(id) as RecordFile;
      if (!isLive(f)) return;
      const draw = draws('clear', id);
      const u = draw();
      const nothing = f.incident !== null && f.incident.really < 0;
      if (nothing) f.record.disposition = u < UNFOUNDED_WRITTEN_SHARE ? 'unfounded' : 'none';
      else f.record.disposition = u < typeOutcome(EVENT_TYPES[f.record.type].id).report ? 'founded' : 'none';
      if (f.incident !== null && f.incident.records[0] === id) note(f, null, 'outcome', draw);
      end(f, 'closed');
    },
    file: (recordId) => byRecordId.get(recordId),
    records: () => files.size,
    all: () => files.values(),
  };
}
