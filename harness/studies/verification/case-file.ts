/** Reads a case that a user describes, and reports all problems at once, each with its path. */
import {
  explain,
  isSound as isPathSound,
  refusal,
  shown,
  wrongValue,
  type Problem,
} from '../../../contract/explain.ts';
import { nearest } from '../../../contract/nearest.ts';
import { isObject, readJsonFile } from '../../options/json-file.ts';
import {
  ARRIVAL_DEFAULTS,
  CASE_DEFAULTS,
  CaseSchema,
  loadOf,
  measuresOf,
  SERVICE_DEFAULTS,
  type Case,
} from './case.ts';

/** A case with the values that its measures should have. */
export interface CaseFile {
  posed: Case;
  /** Values of measures that the user knows; may be empty. */
  expected: Readonly<Record<string, number>>;
}

/** Throws HB_INPUT_FILE if the file can't be read as JSON, HB_OPTION_VALUE with one line for each problem. */
export function readCaseFile(path: string): CaseFile {
  return caseOf(readJsonFile(path, 'a case'));
}

/** The case that a parsed JSON value describes. Throws HB_OPTION_VALUE with one line for each problem. */
export function caseOf(value: unknown): CaseFile {
  if (!isObject(value)) throw refusal([wrongValue('case', 'an object', 'another value')]);
  const { expected = {}, ...given } = value;
  const filled: Record<string, unknown> = {
    ...CASE_DEFAULTS,
    ...given,
    service: isObject(given.service) ? { ...SERVICE_DEFAULTS, ...given.service } : (given.service ?? SERVICE_DEFAULTS),
    arrivals: Array.isArray(given.arrivals)
      ? given.arrivals.map((a, i): unknown => (isObject(a) ? { name: `area${i + 1}`, ...ARRIVAL_DEFAULTS, ...a } : a))
      : given.arrivals,
  };
  const problems = explain(CaseSchema, filled);
  const posed = filled as unknown as Case;
  // Parts without a problem are checked against one another even if other parts are wrong, so that all problems are reported at once.
  const misfits = [...problems];
  const isSound = (path: string): boolean => isPathSound(misfits, path);
  problems.push(...contradictions(posed, isSound));
  if (['arrivals', 'servers', 'homes', 'component', 'waitMax'].every(isSound))
    problems.push(...unknownMeasures(posed, expected));
  if (problems.length > 0) throw refusal(problems, 'HB_OPTION_VALUE');
  return { posed, expected: expected as Record<string, number> };
}

// --- internal ---

/** Problems of the case as a whole, between options each of which is right alone. */
function contradictions(posed: Case, isSound: (path: string) => boolean): Problem[] {
  const { servers, homes, arrivals, component, service, queueLimit, patienceMean, speed, metric } = posed;
  const found: Problem[] = [];
  const say: Say = (path, expected, actual) => {
    found.push(wrongValue(path, expected, typeof actual === 'string' ? actual : shown(actual)));
  };
  const both = (...paths: string[]): boolean => paths.every(isSound);
  if (both('homes', 'servers') && homes.length > 0 && homes.length !== servers)
    say('homes', `one for each of ${servers} servers, or none`, `${homes.length}`);
  if (isSound('homes')) {
    homes.forEach((home, i) => {
      if (home.length !== 2 && home.length !== 4) say(`homes.${i}`, 'a point [x, y] or a box [x0, y0, x1, y1]', home);
      else if (isUpsideDown(home)) say(`homes.${i}`, 'a box whose first corner is the lower one', home);
      else if (home.length === 4 && isSound('speed') && speed !== null)
        say(`homes.${i}`, 'a point, since a speed is given', home);
    });
    if (isSound('speed') && speed !== null && homes.length === 0) say('speed', 'homes too', 'none');
    if (isSound('metric') && metric === 'euclidean' && homes.length === 0) say('metric', 'homes too', 'none');
  }
  if (both('metric', 'speed') && metric === 'euclidean' && speed !== null)
    say('metric', 'rectangular, since a speed is given', metric);
  if (
    both('patienceMean', 'patienceDistribution') &&
    patienceMean === null &&
    posed.patienceDistribution !== 'exponential'
  )
    say('patienceDistribution', 'patienceMean too', 'none');
  if (Array.isArray(arrivals)) {
    arrivals.forEach((_, i) => {
      if (isSound(`arrivals.${i}`)) arrivalContradictions(posed, i, both, say);
    });
  }
  if (component === 'call-takers') callTakerContradictions(posed, both, say);
  if (both('arrivals', 'service', 'servers', 'queueLimit', 'patienceMean')) {
    const load = loadOf(posed);
    if (queueLimit === null && patienceMean === null && load >= servers)
      say(
        'arrivals',
        `less work than ${servers} servers can do, since the queue has no limit and nobody gives up`,
        `${load} servers' work (rates times a mean service of ${service.mean})`,
      );
  }
  return found;
}

type Say = (path: string, expected: string, actual: unknown) => void;

function arrivalContradictions(
  { arrivals, servers, homes }: Case,
  i: number,
  both: (...paths: string[]) => boolean,
  say: Say,
): void {
  const { name, prefers, at } = arrivals[i];
  const path = `arrivals.${i}`;
  if (arrivals.findIndex((a) => a?.name === name) !== i) say(`${path}.name`, 'a name of its own', name);
  prefers.forEach((server, k) => {
    if (both('servers') && server > servers) say(`${path}.prefers.${k}`, `a server from 1 to ${servers}`, server);
    if (prefers.indexOf(server) !== k) say(`${path}.prefers.${k}`, 'each server once', `${server} twice`);
  });
  if (isUpsideDown(at)) say(`${path}.at`, 'a box whose first corner is the lower one', at);
  if (!both('homes', 'servers')) return;
  if (prefers.length > 0 && prefers.length < servers && homes.length === 0)
    say(`${path}.prefers`, `all ${servers} servers in order, since there are no homes to order the others by`, prefers);
  if (homes.length > 0 && at.length !== 2 && at.length !== 4)
    say(`${path}.at`, 'a point [x, y] or a box [x0, y0, x1, y1]', at);
  if (homes.length === 0 && at.length > 0) say(`${path}.at`, 'an empty list, since servers have no homes', at);
  const othersHave = arrivals.some((a) => Array.isArray(a?.prefers) && a.prefers.length > 0);
  if (homes.length === 0 && othersHave && prefers.length === 0)
    say(`${path}.prefers`, 'a list, since other arrivals have one', 'none');
}

/** The call-takers' queue has one class of callers, and draws their times itself. */
function callTakerContradictions(posed: Case, both: (...paths: string[]) => boolean, say: Say): void {
  const { arrivals, homes, service, component, patienceDistribution } = posed;
  if (both('arrivals')) {
    if (arrivals.length > 1) say('arrivals', 'one stream, for call-takers', `${arrivals.length}`);
    if (arrivals.some((a) => a.prefers.length > 0)) say('component', 'dispatch, for preferences', component);
    if (arrivals.some((a) => a.serviceMean !== null))
      say('component', 'dispatch, for a serviceMean of its own', component);
  }
  if (both('homes') && homes.length > 0) say('component', 'dispatch, for homes', component);
  if (both('service') && service.distribution === 'erlang')
    say('service.distribution', 'exponential, deterministic or lognormal, for call-takers', service.distribution);
  if (both('patienceDistribution') && patienceDistribution !== 'exponential')
    say('patienceDistribution', 'exponential, for call-takers', patienceDistribution);
}

function isUpsideDown(box: readonly number[]): boolean {
  return box.length === 4 && (box[0] > box[2] || box[1] > box[3]);
}

function unknownMeasures(posed: Case, expected: unknown): Problem[] {
  if (!isObject(expected)) return [wrongValue('expected', 'an object of measures', 'another value')];
  const names = measuresOf(posed);
  return Object.entries(expected).flatMap(([name, value]): Problem[] => {
    const path = `expected.${name}`;
    if (!names.includes(name))
      return [wrongValue(path, 'a measure of this case', 'none of that name', nearest(name, names))];
    return typeof value === 'number' && Number.isFinite(value) ? [] : [wrongValue(path, 'a number', shown(value))];
  });
}
