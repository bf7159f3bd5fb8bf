/** The same world, the same outcome: (alert, recipient, message type) on both clocks, as sorted columns of numbers. */
import type { MsgType } from '../../contract/alert.ts';
import type { RunRecord } from '../../contract/record/run-record.ts';
import type { Standing, Unreachable } from '../../oracle/oracle-api.ts';

/** A message to an audience, on either clock. */
export interface Told {
  incidents: string;
  msgType: MsgType;
  audience: Uint32Array;
  /** Platform time: of its cause on the virtual clock. */
  atMs: number;
}

export interface Comparison {
  sameOutcome: NonNullable<RunRecord['sameOutcome']>;
  /** Owed on the virtual clock, and neither received nor owed by what the target took: by message, in order of time. */
  notTaken: { incidents: string; msgType: MsgType; atMs: number; residents: number[] }[];
}

/** Differences that are named. */
const NAMED_MAX = 200;

/**
 * `virtual` and `wall` in order of time. Residents whom the platform could not reach are left out where only the virtual clock has them.
 * `stands`: the oracle on what the target was given, with the clock's tolerance.
 */
export function compareOutcomes(
  virtual: readonly Told[],
  wall: readonly Told[],
  about: {
    toleranceMs: number;
    unreachable: Unreachable;
    stands: (incidents: string, msgType: MsgType, resident: number) => Standing;
  },
): Comparison {
  const names = new Names();
  const left = triplesOf(virtual, names);
  const right = triplesOf(wall, names);
  const dueMs = firstTimes(virtual, names);
  const found: Comparison['sameOutcome'] = {
    virtual: 0,
    wall: 0,
    onlyVirtual: 0,
    onlyWall: 0,
    withinBand: 0,
    unexplained: 0,
    toleranceMs: about.toleranceMs,
    differences: [],
  };
  const notTaken = new Map<number, Comparison['notTaken'][number]>();

  const differ = (side: 'virtual' | 'wall', triple: number): void => {
    const { name, resident } = parts(triple);
    const { incidents, msgType } = names.at(name);
    const standing = about.stands(incidents, msgType, resident);
    const withinBand = standing === 'may';
    if (withinBand) found.withinBand += 1;
    else found.unexplained += 1;
    if (found.differences.length < NAMED_MAX)
      found.differences.push({ incidents, msgType, resident, side, withinBand });
    if (side === 'wall' || standing !== 'must-not') return;
    const known = notTaken.get(name);
    if (known !== undefined) known.residents.push(resident);
    else notTaken.set(name, { incidents, msgType, atMs: dueMs.get(name)!, residents: [resident] });
  };

  for (let i = 0, j = 0; i < left.length || j < right.length;) {
    if (j >= right.length || (i < left.length && left[i] < right[j])) {
      const triple = left[i++];
      const { name, resident } = parts(triple);
      if (about.unreachable(resident, dueMs.get(name)!)?.verdict === 'disconnected') continue;
      found.virtual += 1;
      found.onlyVirtual += 1;
      differ('virtual', triple);
    } else if (i >= left.length || right[j] < left[i]) {
      found.wall += 1;
      found.onlyWall += 1;
      differ('wall', right[j++]);
    } else {
      found.virtual += 1;
      found.wall += 1;
      i += 1;
      j += 1;
    }
  }
  return { sameOutcome: found, notTaken: [...notTaken.values()].sort((a, b) => a.atMs - b.atMs) };
}

/** Share of triples that may differ by the clock's tolerance. */
export const BAND_SHARE_MAX = 0.001;

/** A run that went to its end must have the same outcome on both clocks. */
export function outcomeGates(found: NonNullable<RunRecord['sameOutcome']>): RunRecord['gates'] {
  const triples = Math.max(1, found.virtual, found.wall);
  const share = found.withinBand / triples;
  return [
    { name: 'sameOutcomeUnexplained', limit: 0, found: found.unexplained, ok: found.unexplained === 0 },
    { name: 'sameOutcomeBandShare', limit: BAND_SHARE_MAX, found: share, ok: share <= BAND_SHARE_MAX },
  ];
}

// --- internal ---

/** A name and a resident in one exact number: 21 bits and 32. */
const RESIDENTS = 2 ** 32;
const NAMES_MAX = 2 ** 21;

function parts(triple: number): { name: number; resident: number } {
  return { name: Math.floor(triple / RESIDENTS), resident: triple % RESIDENTS };
}

/** Messages by number: alert and type. */
class Names {
  private readonly numbers = new Map<string, number>();
  private readonly all: { incidents: string; msgType: MsgType }[] = [];

  /** Throws a RangeError beyond two million names. */
  of(incidents: string, msgType: MsgType): number {
    const text = `${incidents} ${msgType}`;
    const known = this.numbers.get(text);
    if (known !== undefined) return known;
    if (this.all.length === NAMES_MAX)
      throw new RangeError(`expected at most ${NAMES_MAX} alerts and types, found more`);
    this.numbers.set(text, this.all.length);
    return this.all.push({ incidents, msgType }) - 1;
  }

  at(name: number): { incidents: string; msgType: MsgType } {
    return this.all[name];
  }
}

/** Ascending, each once. */
function triplesOf(told: readonly Told[], names: Names): Float64Array {
  const all = new Float64Array(told.reduce((n, t) => n + t.audience.length, 0));
  let n = 0;
  for (const { incidents, msgType, audience } of told) {
    const base = names.of(incidents, msgType) * RESIDENTS;
    for (const resident of audience) all[n++] = base + resident;
  }
  all.sort();
  let kept = 0;
  for (let i = 0; i < all.length; i++) if (i === 0 || all[i] !== all[i - 1]) all[kept++] = all[i];
  return all.slice(0, kept);
}

function firstTimes(told: readonly Told[], names: Names): Map<number, number> {
  const times = new Map<number, number>();
  for (const { incidents, msgType, atMs } of told) {
    const name = names.of(incidents, msgType);
    if (!times.has(name)) times.set(name, atMs);
  }
  return times;
}
