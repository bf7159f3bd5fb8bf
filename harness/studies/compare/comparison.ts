/** Compares two sides: exactly in fields that the same inputs must repeat, by rank tests in measures that vary from run to run. */
import { HundredblockError } from '../../../contract/errors.ts';
import type { RunRecord } from '../../../contract/record/run-record.ts';
import { differencesIn, EXACT_FIELDS, type Difference } from '../../records/diff.ts';
import { VIRTUAL_MEASURES, WIRE_MEASURES } from './measures.ts';
import type { Member } from './members.ts';
import { overall, type Answer, type Thresholds } from '../../../stats/change.ts';
import { judgeMeasures, type MeasureVerdict } from './verdict.ts';

const COMPARE_SCHEMA = 'hundredblock.compare/1.0';

/** A field that must be the same, or a count that must not be greater. */
export interface ExactCheck {
  name: string;
  ok: boolean;
  /** Says what was expected and what was found; empty if the check is ok. */
  detail: string;
}

/** A comparison with its answer, as compare.json holds it. */
export interface Comparison {
  schema: typeof COMPARE_SCHEMA;
  answer: Answer;
  scenario: string;
  seed: number;
  kind: 'wire' | 'virtual';
  a: { label: string; trials: number; host: RunRecord['host'] };
  b: { label: string; trials: number; host: RunRecord['host'] };
  paired: boolean;
  alpha: number;
  minEffect: number;
  exact: ExactCheck[];
  measures: MeasureVerdict[];
  /**
   * False if the sides ran on different machines or with different drivers, or have too few trials: measures are then shown, and decide
   * nothing.
   */
  measuresCount: boolean;
  notes: string[];
}

/** One side of a comparison with all its members. */
export interface ComparedSide {
  label: string;
  members: readonly Member[];
}

/** Throws HB_BASELINE unless all members of both sides have the same scenario, options, seed, clock and trace. */
export function compareSides(a: ComparedSide, b: ComparedSide, limits: Thresholds): Comparison {
  const first = a.members[0];
  for (const member of [...a.members, ...b.members]) checkSameInputs(first, member);
  const paired = pairsOf(a.members, b.members);
  const measures = judgeMeasures(
    first.kind === 'wire' ? WIRE_MEASURES : VIRTUAL_MEASURES,
    {
      a: (paired?.a ?? a.members).map(({ values }) => values),
      b: (paired?.b ?? b.members).map(({ values }) => values),
      paired: paired !== null,
    },
    limits,
  );
  const exact = exactChecks(a.members, b.members);
  const notes = notesOn(a.members, b.members);
  const measuresCount = notes.length === 0;
  const end = ({ label, members }: ComparedSide) => ({ label, trials: members.length, host: members[0].host });
  return {
    schema: COMPARE_SCHEMA,
    answer: answerOf(exact, measures, measuresCount),
    scenario: first.inputs.scenario,
    seed: first.inputs.seed,
    kind: first.kind,
    a: end(a),
    b: end(b),
    paired: paired !== null,
    ...limits,
    exact,
    measures,
    measuresCount,
    notes: [...notes, ...limitNotes(a.members, b.members)],
  };
}

/**
 * Fields tagged exact that depend on what residents received. On the wire they may differ within a rule's tolerance, so violations are
 * compared instead.
 */
export const OBSERVED: ReadonlySet<keyof RunRecord> = new Set([
  'counts',
  'truth',
  'truthByDelivery',
  'verdicts',
  'duty',
  'falseAlertRate',
  'falseAlerts',
  'privacy',
  'receipts',
  'suppressed',
  'withheld',
  'gates',
  'violations',
]);

// --- internal ---

function checkSameInputs(baseline: Member, member: Member): void {
  const refuse = (expected: string, found: string): never => {
    throw new HundredblockError(
      'HB_BASELINE',
      `${member.from}: expected ${expected}, as ${baseline.from} has, found ${found}`,
    );
  };
  const clock = (kind: Member['kind']): string => (kind === 'wire' ? 'a run on the wire' : 'a run in virtual time');
  if (member.kind !== baseline.kind) refuse(clock(baseline.kind), clock(member.kind));
  // A trial counts the cost of the whole trial, a record that of its window.
  const form = (record: RunRecord | null): string => (record === null ? 'a trial' : 'a run record');
  if (form(member.record) !== form(baseline.record)) refuse(form(baseline.record), form(member.record));
  const { scenario, seed, optionsSha256, traceSha256 } = baseline.inputs;
  const found = member.inputs;
  if (found.scenario !== scenario) refuse(`scenario ${scenario}`, found.scenario);
  if (found.seed !== seed) refuse(`seed ${seed}`, String(found.seed));
  if (found.optionsSha256 !== optionsSha256) refuse(`the options of ${scenario}`, optionDifference(baseline, member));
  // Two records of one scenario may have different traces if the world itself changed: the exact fields show that.
  if (found.traceSha256 !== traceSha256 && baseline.record === null)
    refuse(`the trace ${traceSha256?.slice(0, 12)}`, String(found.traceSha256?.slice(0, 12)));
}

function optionDifference(baseline: Member, member: Member): string {
  if (baseline.record === null || member.record === null) return 'others';
  const [{ path, a, b }] = differencesIn('scenario', baseline.record, member.record);
  return `${path.replace('scenario.options.', '')} ${shown(b)} instead of ${shown(a)}`;
}

function shown(value: unknown): string {
  const text = value === undefined ? 'none' : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** Members of both sides by block, in order; null if a member has no counterpart. */
function pairsOf(a: readonly Member[], b: readonly Member[]): { a: Member[]; b: Member[] } | null {
  const others = new Map(b.map((member) => [member.block, member]));
  const own = new Map(a.map((member) => [member.block, member]));
  if (own.has(null) || own.size !== a.length || others.size !== b.length) return null;
  const pairs = a.flatMap((member) => {
    const other = others.get(member.block);
    return other === undefined || other === member ? [] : [{ a: member, b: other }];
  });
  if (pairs.length !== a.length || pairs.length !== b.length) return null;
  return { a: pairs.map((pair) => pair.a), b: pairs.map((pair) => pair.b) };
}

function exactChecks(a: readonly Member[], b: readonly Member[]): ExactCheck[] {
  const [{ record, kind }] = a;
  const records = b.flatMap((member) => member.record ?? []);
  const fields =
    record === null || records.length === 0
      ? []
      : EXACT_FIELDS.filter((field) => kind === 'virtual' || !OBSERVED.has(field)).map((field) =>
          fieldCheck(field, record, records),
        );
  return [...fields, ...violationChecks(a, b)];
}

function fieldCheck(field: keyof RunRecord, baseline: RunRecord, records: readonly RunRecord[]): ExactCheck {
  const differences = records.flatMap((record) => differencesIn(field, baseline, record));
  return { name: field, ok: differences.length === 0, detail: differences.length === 0 ? '' : detailOf(differences) };
}

function detailOf(differences: readonly Difference[]): string {
  const [{ path, a, b }] = differences;
  const more = differences.length > 1 ? `, and ${differences.length - 1} more` : '';
  return `${path}: expected ${shown(a)}, found ${shown(b)}${more}`;
}

/** No trial of the candidate may have more violations of a kind than the worst trial of the baseline. */
function violationChecks(a: readonly Member[], b: readonly Member[]): ExactCheck[] {
  const names = new Set([...a, ...b].flatMap(({ violations }) => Object.keys(violations ?? {})));
  return [...names].map((name) => {
    const most = (side: readonly Member[]): number =>
      Math.max(0, ...side.map(({ violations }) => violations?.[name] ?? 0));
    const [allowed, found] = [most(a), most(b)];
    const ok = found <= allowed;
    return { name, ok, detail: ok ? '' : `expected at most ${allowed} in a trial, found ${found}` };
  });
}

function answerOf(exact: readonly ExactCheck[], measures: readonly MeasureVerdict[], measuresCount: boolean): Answer {
  if (exact.some(({ ok }) => !ok)) return 'worse';
  return measuresCount ? overall(measures.map(({ answer }) => answer)) : 'same';
}

/** With fewer trials a side no rank test can find anything. */
const TRIALS_MIN = 4;

/** Says why the measures can't be compared; empty if they can. */
function notesOn(a: readonly Member[], b: readonly Member[]): string[] {
  const fewest = Math.min(a.length, b.length);
  const hosts = distinct([...a, ...b].map(({ host }) => hostText(host)));
  const drivers = distinct([...a, ...b].flatMap(({ driver }) => driver ?? []));
  return [
    ...(fewest < TRIALS_MIN
      ? [`${a.length} and ${b.length} trials: measures are shown, and decide nothing below ${TRIALS_MIN} a side.`]
      : []),
    ...(hosts.length > 1
      ? [`Measured on different machines (${hosts.join('; ')}): measures are shown, and decide nothing.`]
      : []),
    ...(drivers.length > 1 ? [`Driven by ${drivers.join(' and by ')}: measures are shown, and decide nothing.`] : []),
  ];
}

function limitNotes(a: readonly Member[], b: readonly Member[]): string[] {
  const limited = [...a, ...b].filter(({ bottleneck }) => bottleneck === 'generator').length;
  if (limited === 0) return [];
  return [
    `In ${limited} of ${a.length + b.length} trials the generator held the run back (its lag stands in every latency): a quieter machine, or a smaller scenario, tells more.`,
  ];
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}

function hostText({ node, platform, arch, cpus, memoryMiB }: RunRecord['host']): string {
  return `${platform} ${arch}, ${cpus} processors, ${memoryMiB} MiB, Node ${node}`;
}
