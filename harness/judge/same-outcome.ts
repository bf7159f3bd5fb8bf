/** Compares the two clocks: the same world must have the same outcome, as a set of triples of alert, recipient and message type. */
import type { MsgType } from '../../contract/alert.ts';
import type { RunRecord } from '../../contract/record/run-record.ts';
import type { Standing, Unreachable } from '../../oracle/oracle-api.ts';

/** Share of triples that may differ by the clock's tolerance. */
export const BAND_SHARE_MAX = 0.001;
/** The record names this many differences and counts the others. */
const NAMED_MAX = 200;

type SameOutcome = NonNullable<RunRecord['sameOutcome']>;

/** A message to an audience, on either clock. */
export interface OutcomeMessage {
  incidents: string;
  msgType: MsgType;
  audience: Uint32Array;
  /** Platform time; on the virtual clock that of its cause. */
  atMs: number;
}

/** A message that the virtual clock has and that the target neither sent nor owed, given the inputs that it took. */
export interface MissingMessage {
  incidents: string;
  msgType: MsgType;
  atMs: number;
  residents: number[];
}

export interface OutcomeComparison {
  sameOutcome: SameOutcome;
  /** In order of time. */
  missing: MissingMessage[];
}

export interface ComparisonOptions {
  /** Half-width of the band around a rule's edge inside which both outcomes are right, ms. */
  toleranceMs: number;
  /** A difference counts only if the platform could reach the resident, or if only the wall clock has it. */
  unreachable: Unreachable;
  /** The oracle's answer whether the target owed a message, given the inputs that reached it. */
  stands: (incidents: string, msgType: MsgType, resident: number) => Standing;
}

/** `virtual` and `wall` are in order of time. Throws a RangeError if they hold more than two million pairs of alert and type. */
export function compareOutcomes(
  virtual: readonly OutcomeMessage[],
  wall: readonly OutcomeMessage[],
  options: ComparisonOptions,
): OutcomeComparison {
  return new OutcomeComparer(virtual, wall, options).compare();
}

/** Gates of a run that went to its end: nothing may be unexplained, and only few differences may lie within the tolerance. */
export function outcomeGates({ virtual, wall, withinBand, unexplained }: SameOutcome): RunRecord['gates'] {
  const share = withinBand / Math.max(1, virtual, wall);
  return [
    { name: 'sameOutcomeUnexplained', limit: 0, found: unexplained, ok: unexplained === 0 },
    { name: 'sameOutcomeBandShare', limit: BAND_SHARE_MAX, found: share, ok: share <= BAND_SHARE_MAX },
  ];
}

// --- internal ---

/** A triple is one exact number: 21 bits for the name (alert and type) and 32 for the resident. */
const RESIDENTS = 2 ** 32;
const NAMES_MAX = 2 ** 21;

/** Walks both sides, as sorted columns of triples, side by side. */
class OutcomeComparer {
  readonly #options: ComparisonOptions;
  readonly #names = new Names();
  readonly #virtual: Float64Array;
  readonly #wall: Float64Array;
  /** By name: when the message was due. */
  readonly #dueMs: ReadonlyMap<number, number>;
  readonly #sameOutcome: SameOutcome;
  readonly #missing = new Map<number, MissingMessage>();

  constructor(virtual: readonly OutcomeMessage[], wall: readonly OutcomeMessage[], options: ComparisonOptions) {
    this.#options = options;
    this.#virtual = triplesOf(virtual, this.#names);
    this.#wall = triplesOf(wall, this.#names);
    this.#dueMs = firstTimes(virtual, this.#names);
    this.#sameOutcome = {
      virtual: 0,
      wall: 0,
      onlyVirtual: 0,
      onlyWall: 0,
      withinBand: 0,
      unexplained: 0,
      toleranceMs: options.toleranceMs,
      differences: [],
    };
  }

  compare(): OutcomeComparison {
    const [left, right, found] = [this.#virtual, this.#wall, this.#sameOutcome];
    for (let i = 0, j = 0; i < left.length || j < right.length;) {
      if (j >= right.length || (i < left.length && left[i] < right[j])) {
        const triple = left[i++];
        if (this.#couldNotBeReached(triple)) continue;
        found.virtual += 1;
        found.onlyVirtual += 1;
        this.#addDifference('virtual', triple);
      } else if (i >= left.length || right[j] < left[i]) {
        found.wall += 1;
        found.onlyWall += 1;
        this.#addDifference('wall', right[j++]);
      } else {
        found.virtual += 1;
        found.wall += 1;
        i += 1;
        j += 1;
      }
    }
    return { sameOutcome: found, missing: [...this.#missing.values()].sort((a, b) => a.atMs - b.atMs) };
  }

  #couldNotBeReached(triple: number): boolean {
    const { name, resident } = partsOf(triple);
    return this.#options.unreachable(resident, this.#dueMs.get(name)!)?.verdict === 'disconnected';
  }

  #addDifference(side: 'virtual' | 'wall', triple: number): void {
    const { name, resident } = partsOf(triple);
    const { incidents, msgType } = this.#names.at(name);
    const standing = this.#options.stands(incidents, msgType, resident);
    const withinBand = standing === 'may';
    const found = this.#sameOutcome;
    if (withinBand) found.withinBand += 1;
    else found.unexplained += 1;
    if (found.differences.length < NAMED_MAX)
      found.differences.push({ incidents, msgType, resident, side, withinBand });
    if (side === 'wall' || standing !== 'must-not') return;
    const known = this.#missing.get(name);
    if (known !== undefined) known.residents.push(resident);
    else this.#missing.set(name, { incidents, msgType, atMs: this.#dueMs.get(name)!, residents: [resident] });
  }
}

function partsOf(triple: number): { name: number; resident: number } {
  return { name: Math.floor(triple / RESIDENTS), resident: triple % RESIDENTS };
}

/** Numbers for pairs of alert and type. */
class Names {
  readonly #numbers = new Map<string, number>();
  readonly #all: { incidents: string; msgType: MsgType }[] = [];

  /** Throws a RangeError beyond two million pairs. */
  number(incidents: string, msgType: MsgType): number {
    const text = `${incidents} ${msgType}`;
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    if (this.#all.length === NAMES_MAX)
      throw new RangeError(`expected at most ${NAMES_MAX} alerts and types, found more`);
    this.#numbers.set(text, this.#all.length);
    return this.#all.push({ incidents, msgType }) - 1;
  }

  at(name: number): { incidents: string; msgType: MsgType } {
    return this.#all[name];
  }
}

/** Ascending, each once. */
function triplesOf(messages: readonly OutcomeMessage[], names: Names): Float64Array {
  const all = new Float64Array(messages.reduce((n, { audience }) => n + audience.length, 0));
  let count = 0;
  for (const { incidents, msgType, audience } of messages) {
    const base = names.number(incidents, msgType) * RESIDENTS;
    for (const resident of audience) all[count++] = base + resident;
  }
  all.sort();
  let kept = 0;
  for (let i = 0; i < all.length; i++) if (i === 0 || all[i] !== all[i - 1]) all[kept++] = all[i];
  return all.slice(0, kept);
}

function firstTimes(messages: readonly OutcomeMessage[], names: Names): Map<number, number> {
  const times = new Map<number, number>();
  for (const { incidents, msgType, atMs } of messages) {
    const name = names.number(incidents, msgType);
    if (!times.has(name)) times.set(name, atMs);
  }
  return times;
}
