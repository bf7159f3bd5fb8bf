/** Types callers, notes and the place into records, like call-takers and officers do, and tells every private string as it types it. */
import { EVENT_TYPES } from '../../contract/catalogue.ts';
import type { PrivateString } from '../../contract/manifest.ts';
import { dmToDegrees } from '../../contract/plane.ts';
import type { Call } from '../calls/calls.ts';
import { CALL_SLOTS, INDUCED_FROM } from '../incidents/incident.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Draw, Seeds } from '../kernel/random.ts';
import { composeNote, type NoteStage } from '../narratives/narratives.ts';
import { canaryWord, makeIdentity, medicalWords } from '../people/identity.ts';
import type { RecordFile } from './record-file.ts';

/** All assumed. */
const EMAIL_SHARE = 0.2;
const BIRTH_DATE_SHARE = 0.35;
const PLATE_SHARE = 0.25;
const MEDICAL_SHARE = 0.15;
/** Half of the 24 bits of canary numbers. */
const CANARIES_HALF = 8_388_608;

/** The agency whose records are typed, and the function that hears of private strings. */
export interface TypistOptions {
  kernel: Kernel;
  seeds: Seeds;
  agencyIndex: number;
  /** People in the jurisdiction. */
  persons: number;
  learnPrivate: (recordId: string, strings: PrivateString[]) => void;
}

/** Types into records of one agency. */
export class RecordTypist {
  readonly #options: TypistOptions;
  /** Canary numbers of induced incidents' calls, in order of appearance. */
  readonly #inducedCanaries = new Map<number, number>();

  constructor(options: TypistOptions) {
    this.#options = options;
  }

  /** Adds a note. `call`: the call that it is about; null if it is about none. Officer-initiated records get no notes. */
  addNote({ incident, record }: RecordFile, call: Call | null, stage: NoteStage, draw: Draw): void {
    if (incident === null) return;
    const { seeds, agencyIndex, kernel } = this.#options;
    const caller = makeIdentity(seeds, agencyIndex, call?.person ?? this.#anyPerson(draw));
    const other = makeIdentity(seeds, agencyIndex, this.#anyPerson(draw));
    const cast = {
      caller,
      other,
      address: record.location.exact.text,
      unit: record.location.unit,
      plate: other.plate,
      medical: medicalWords(seeds, agencyIndex, this.#anyPerson(draw)),
      canary: canaryWord(seeds, agencyIndex, this.#canaryNumber(call?.id ?? record.ordinal)),
    };
    const { text, privates } = composeNote(draw, EVENT_TYPES[record.type].id, cast, stage);
    this.#options.learnPrivate(record.recordId, privates);
    record.notes.push({ atMs: kernel.nowMs, text });
  }

  /** Adds a caller with what is typed about him or her. */
  addCaller({ record }: RecordFile, call: Call, draw: Draw): void {
    const { seeds, agencyIndex } = this.#options;
    const who = makeIdentity(seeds, agencyIndex, call.person);
    const privates: PrivateString[] = [
      { kind: 'name', value: who.full },
      { kind: 'phone', value: who.phone },
    ];
    const email = draw() < EMAIL_SHARE ? who.email : null;
    const birthDate = draw() < BIRTH_DATE_SHARE ? who.birthDate : null;
    if (email !== null) privates.push({ kind: 'email', value: email });
    if (birthDate !== null) privates.push({ kind: 'birth-date', value: birthDate });
    record.callers.push({ name: who.full, phone: who.phone, email, birthDate, address: null });
    if (draw() < MEDICAL_SHARE) {
      const medical = medicalWords(seeds, agencyIndex, call.person);
      record.medical.push(medical);
      privates.push({ kind: 'medical', value: medical });
    }
    if (draw() < PLATE_SHARE) {
      const { plate } = makeIdentity(seeds, agencyIndex, this.#anyPerson(draw));
      record.plates.push(plate);
      privates.push({ kind: 'plate', value: plate });
    }
    this.#options.learnPrivate(record.recordId, privates);
  }

  /** Tells the private strings of the record's place. */
  tellPlace({ record: { recordId, location } }: RecordFile): void {
    const privates: PrivateString[] = [];
    if (location.exact.kind === 'address' || location.exact.kind === 'landmark')
      privates.push({ kind: 'address', value: location.exact.text });
    if (location.unit !== null) privates.push({ kind: 'unit', value: location.unit });
    privates.push(
      { kind: 'coordinates', value: dmToDegrees(location.y).toFixed(7) },
      { kind: 'coordinates', value: dmToDegrees(location.x).toFixed(7) },
    );
    this.#options.learnPrivate(recordId, privates);
  }

  #anyPerson(draw: Draw): number {
    return Math.floor(draw() * this.#options.persons);
  }

  /** Canary numbers have 24 bits: the lower half is for calls about exogenous incidents, the upper half for calls about induced ones. */
  #canaryNumber(callId: number): number {
    if (callId < INDUCED_FROM * CALL_SLOTS) return callId % CANARIES_HALF;
    const number = this.#inducedCanaries.get(callId) ?? this.#inducedCanaries.size;
    this.#inducedCanaries.set(callId, number);
    return CANARIES_HALF + (number % CANARIES_HALF);
  }
}
