/**
 * Objectives of a service as text: `completion.p99<2s,lost=0,targetCpu<=80%`. They are separated by commas; each is a measure (with a
 * quantile if it is a time), an operator, and a value with its unit.
 */
import { HundredblockError } from '../../../contract/errors.ts';
import { VERDICTS, type Verdict } from '../../../contract/record/kinds.ts';
import type { Tail } from '../../../contract/record/measures.ts';
import type { RunRecord } from '../../../contract/record/run-record.ts';

const OPERATORS = ['<=', '>=', '<', '>', '='] as const;
type Operator = (typeof OPERATORS)[number];

/** One objective: a measure, an operator and a limit. */
export interface Objective {
  /** The user's text without spaces. */
  text: string;
  /** Name of the measure, with its quantile if it is a time: `completion.p99`, `lost`. */
  measure: string;
  /** The measure without its quantile: the stage of the system that it is about. */
  stage: string;
  operator: Operator;
  /** In `unit`. */
  limit: number;
  unit: Unit;
}

/** `share`: share of 1 of the deliveries judged. */
type Unit = 'ms' | 'MiB' | 'processors' | 'number' | 'share';

/** The parts of a load run's record, or of its judgement, that objectives are compared with. */
export interface Measured {
  latencyMs: NonNullable<RunRecord['latencyMs']>;
  generatorLagMs: Tail;
  verdicts: Record<Verdict, number>;
  unexplained: number;
  load: Pick<NonNullable<RunRecord['load']>, 'deliveries' | 'refusals' | 'retries' | 'generator' | 'targetProcess'>;
}

/** An objective compared with a run. */
export interface Finding {
  objective: Objective;
  /** In the objective's unit; null if this run did not measure it, and the objective is then not met. */
  found: number | null;
  met: boolean;
}

/**
 * Parses the value of `--flag`. Throws HB_OPTION_VALUE if the text is not a list of objectives, with a caret under the fault, or if no
 * run could meet all of them.
 */
export function parseObjectives(flag: string, text: string): Objective[] {
  const objectives: Objective[] = [];
  let at = 0;
  for (const part of text.split(',')) {
    objectives.push(parseOne(flag, text, at, part));
    at += part.length + 1;
  }
  refuseContradictions(flag, objectives);
  return objectives;
}

/** One finding for each objective, in their order. */
export function judgeObjectives(objectives: readonly Objective[], measured: Measured): Finding[] {
  return objectives.map((objective) => {
    const found = foundOf(objective, measured);
    return { objective, found, met: found !== null && holds(objective, found) };
  });
}

// --- internal ---

const QUANTILES = ['p50', 'p90', 'p99', 'p999', 'max'] as const;
type Quantile = (typeof QUANTILES)[number];

type Kind = 'time' | 'count' | 'verdict' | 'cpu' | 'memory';

const TIMES: Readonly<Record<string, (m: Measured) => Tail | null>> = {
  accept: (m) => m.latencyMs.accept,
  firstDelivery: (m) => m.latencyMs.firstDelivery,
  delivery: (m) => m.latencyMs.delivery,
  completion: (m) => m.latencyMs.completion,
  device: (m) => m.latencyMs.device,
  connect: (m) => m.latencyMs.connect,
  lag: (m) => m.generatorLagMs,
  targetLoop: (m) => m.load.targetProcess.eventLoopDelayMs,
};

const OTHERS: Readonly<Record<string, { kind: Kind; of: (m: Measured) => number | null }>> = {
  ...Object.fromEntries(VERDICTS.map((v) => [v, { kind: 'verdict' as const, of: (m: Measured) => m.verdicts[v] }])),
  gaps: { kind: 'count', of: (m) => m.load.deliveries.gaps },
  unexplained: { kind: 'count', of: (m) => m.unexplained },
  refused: { kind: 'count', of: (m) => Object.values(m.load.refusals).reduce((sum, n) => sum + n, 0) },
  retries: { kind: 'count', of: (m) => m.load.retries },
  targetCpu: { kind: 'cpu', of: (m) => m.load.targetProcess.cpuShare },
  generatorCpu: { kind: 'cpu', of: (m) => m.load.generator.cpuShare },
  targetMemory: { kind: 'memory', of: (m) => m.load.targetProcess.rssMiB?.peak ?? null },
  generatorMemory: { kind: 'memory', of: (m) => m.load.generator.rssMiB?.peak ?? null },
};

/** By kind of measure: the units that a value may have (`''`: none), each with its factor to the unit of comparison. */
const UNITS: Readonly<Record<Kind, Readonly<Record<string, readonly [factor: number, unit: Unit]>>>> = {
  time: { us: [0.001, 'ms'], ms: [1, 'ms'], s: [1000, 'ms'], m: [60_000, 'ms'] },
  count: { '': [1, 'number'] },
  verdict: { '': [1, 'number'], '%': [0.01, 'share'] },
  cpu: { '': [1, 'processors'], '%': [0.01, 'processors'] },
  memory: { KiB: [1 / 1024, 'MiB'], MiB: [1, 'MiB'], GiB: [1024, 'MiB'] },
};

function parseOne(flag: string, text: string, at: number, part: string): Objective {
  const fail = (offset: number, expected: string): never => {
    const column = at + offset;
    const found = text.slice(column, column + 12);
    throw new HundredblockError(
      'HB_OPTION_VALUE',
      `--${flag}: expected ${expected}, found ${found === '' ? 'the end' : JSON.stringify(found)}\n${text}\n${' '.repeat(column)}^`,
    );
  };
  const indent = part.length - part.trimStart().length;
  const body = part.trim();
  const [name] = /^[A-Za-z]*/.exec(body) as RegExpExecArray;
  const isTime = Object.hasOwn(TIMES, name);
  if (!isTime && !Object.hasOwn(OTHERS, name)) fail(indent, `a measure (${measureNames()})`);
  let cursor = name.length;
  let measure = name;
  if (isTime) {
    const quantile = QUANTILES.find((q) => new RegExp(`^\\.${q}(?![a-z0-9])`).test(body.slice(cursor)));
    if (quantile === undefined) fail(indent + cursor, `a quantile of ${name} (.${QUANTILES.join(', .')})`);
    measure = `${name}.${quantile}`;
    cursor += 1 + (quantile as Quantile).length;
  }
  const spaces = (): void => {
    while (body[cursor] === ' ') cursor += 1;
  };
  spaces();
  const operator = OPERATORS.find((op) => body.startsWith(op, cursor));
  if (operator === undefined) return fail(indent + cursor, `an operator (${OPERATORS.join(' ')})`);
  cursor += operator.length;
  spaces();
  const number = /^-?(\d+\.?\d*|\.\d+)/.exec(body.slice(cursor));
  if (number === null) return fail(indent + cursor, 'a number');
  cursor += number[0].length;
  spaces();
  const units = UNITS[isTime ? 'time' : OTHERS[name].kind];
  const given = body.slice(cursor);
  if (!Object.hasOwn(units, given)) return fail(indent + cursor, `${unitNames(units)} after the number`);
  const [factor, unit] = units[given];
  const limit = Number(number[0]) * factor;
  return { text: body.replaceAll(' ', ''), measure, stage: name, operator, limit, unit };
}

function measureNames(): string {
  return `${Object.keys(TIMES).join(', ')} with .${QUANTILES.join(' .')}; ${Object.keys(OTHERS).join(', ')}`;
}

function unitNames(units: Readonly<Record<string, unknown>>): string {
  const names = Object.keys(units).map((unit) => (unit === '' ? 'no unit' : unit));
  return names.length === 1 ? names[0] : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

function foundOf({ measure, stage, unit }: Objective, measured: Measured): number | null {
  if (Object.hasOwn(TIMES, stage)) {
    const tail = TIMES[stage](measured);
    return tail === null || tail.count === 0 ? null : tail[measure.slice(stage.length + 1) as Quantile];
  }
  const value = OTHERS[stage].of(measured);
  if (value === null || unit !== 'share') return value;
  const judged = VERDICTS.reduce((sum, verdict) => sum + measured.verdicts[verdict], 0);
  return judged === 0 ? null : value / judged;
}

function holds({ operator, limit }: Pick<Objective, 'operator' | 'limit'>, found: number): boolean {
  switch (operator) {
    case '<':
      return found < limit;
    case '<=':
      return found <= limit;
    case '>':
      return found > limit;
    case '>=':
      return found >= limit;
    case '=':
      return found === limit;
  }
}

/** Every measure is 0 or more. */
function refuseContradictions(flag: string, objectives: readonly Objective[]): void {
  for (const [i, one] of objectives.entries()) {
    const allowed = rangeOf(one);
    if (isEmpty(meet(allowed, AT_LEAST_ZERO)))
      throw contradiction(flag, `a value that ${one.measure} can have (0 or more)`, one.text);
    for (const other of objectives.slice(0, i)) {
      if (other.measure !== one.measure || other.unit !== one.unit) continue;
      if (isEmpty(meet(allowed, rangeOf(other))))
        throw contradiction(flag, 'objectives that can be met together', `${other.text} and ${one.text}`);
    }
  }
}

interface Range {
  low: number;
  lowOpen: boolean;
  high: number;
  highOpen: boolean;
}

const AT_LEAST_ZERO: Range = { low: 0, lowOpen: false, high: Infinity, highOpen: true };

function rangeOf({ operator, limit }: Objective): Range {
  const isBelow = operator === '<' || operator === '<=';
  const isAbove = operator === '>' || operator === '>=';
  return {
    low: isBelow ? -Infinity : limit,
    lowOpen: operator === '>',
    high: isAbove ? Infinity : limit,
    highOpen: operator === '<',
  };
}

function meet(a: Range, b: Range): Range {
  const low = Math.max(a.low, b.low);
  const high = Math.min(a.high, b.high);
  return {
    low,
    lowOpen: [a, b].some((range) => range.low === low && range.lowOpen),
    high,
    highOpen: [a, b].some((range) => range.high === high && range.highOpen),
  };
}

function isEmpty({ low, lowOpen, high, highOpen }: Range): boolean {
  return low > high || (low === high && (lowOpen || highOpen));
}

function contradiction(flag: string, expected: string, found: string): HundredblockError {
  return new HundredblockError('HB_OPTION_VALUE', `--${flag}: expected ${expected}, found ${found}`);
}
