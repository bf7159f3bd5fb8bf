/** Reading a case that a user describes: every problem at once, each with its path. */
import { readFileSync } from 'node:fs';
import { HundredblockError } from '../../contract/errors.ts';
import { check, type Problem, type Shape } from '../scenario/check.ts';
import { nearest } from '../scenario/nearest.ts';
import { ARRIVAL_DEFAULTS, CASE_DEFAULTS, CaseSchema, measuresOf, SERVICE_DEFAULTS, type Case } from './case.ts';

export interface CaseFile {
  posed: Case;
  /** What the user knows the measures to be; may be empty. */
  expected: Readonly<Record<string, number>>;
}

/** Throws HB_INPUT_FILE where the file can't be read as JSON, HB_OPTION_VALUE with one line for each problem. */
export function readCaseFile(path: string): CaseFile {
  return caseOf(parse(path));
}

/** The same of a value that was parsed. */
export function caseOf(value: unknown): CaseFile {
  if (!isObject(value))
    throw refuse([{ code: 'HB_OPTION_VALUE', text: 'case: expected an object, found another value' }]);
  const { expected = {}, ...given } = value;
  const filled: Record<string, unknown> = {
    ...CASE_DEFAULTS,
    ...given,
    service: isObject(given.service) ? { ...SERVICE_DEFAULTS, ...given.service } : (given.service ?? SERVICE_DEFAULTS),
    arrivals: Array.isArray(given.arrivals)
      ? given.arrivals.map((a, i): unknown => (isObject(a) ? { name: `area${i + 1}`, ...ARRIVAL_DEFAULTS, ...a } : a))
      : given.arrivals,
  };
  const problems = check(CaseSchema as Shape, filled, '');
  if (problems.length > 0) throw refuse(problems);
  const posed = filled as unknown as Case;
  problems.push(...contradictions(posed), ...unknownMeasures(posed, expected));
  if (problems.length > 0) throw refuse(problems);
  return { posed, expected: expected as Record<string, number> };
}

// --- internal ---

function parse(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const found = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'none' : 'one that can not be read';
    throw new HundredblockError('HB_INPUT_FILE', `${path}: expected a case in a JSON file, found ${found}`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new HundredblockError('HB_INPUT_FILE', `${path}: expected JSON, found ${(error as Error).message}`);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refuse(problems: readonly Problem[]): HundredblockError {
  return new HundredblockError('HB_OPTION_VALUE', problems.map(({ text }) => text).join('\n'));
}

/** What each option allows alone, and the case as a whole does not. */
function contradictions(posed: Case): Problem[] {
  const { servers, homes, arrivals, component, service, queueLimit, patienceMean, speed } = posed;
  const found: string[] = [];
  const say = (path: string, expected: string, was: unknown): void => {
    found.push(`${path}: expected ${expected}, found ${typeof was === 'string' ? was : JSON.stringify(was)}`);
  };
  if (homes.length > 0 && homes.length !== servers)
    say('homes', `one for each of ${servers} servers, or none`, `${homes.length}`);
  homes.forEach((home, i) => {
    if (home.length !== 2) say(`homes.${i}`, 'a point [x, y]', home);
  });
  arrivals.forEach(({ name, prefers, at }, i) => {
    const path = `arrivals.${i}`;
    if (arrivals.findIndex((a) => a.name === name) !== i) say(`${path}.name`, 'a name of its own', name);
    prefers.forEach((server, k) => {
      if (server > servers) say(`${path}.prefers.${k}`, `a server from 1 to ${servers}`, server);
      if (prefers.indexOf(server) !== k) say(`${path}.prefers.${k}`, 'each server once', `${server} twice`);
    });
    if (prefers.length > 0 && prefers.length < servers && homes.length === 0)
      say(
        `${path}.prefers`,
        `all ${servers} servers in order, since there are no homes by which the others follow`,
        prefers,
      );
    if (homes.length > 0 && at.length !== 2 && at.length !== 4)
      say(`${path}.at`, 'a point [x, y] or a box [x0, y0, x1, y1]', at);
    if (homes.length === 0 && at.length > 0) say(`${path}.at`, 'none, since servers have no homes', at);
    if (at.length === 4 && (at[0] > at[2] || at[1] > at[3]))
      say(`${path}.at`, 'a box whose first corner is the lower one', at);
    if (homes.length === 0 && arrivals.some((a) => a.prefers.length > 0) && prefers.length === 0)
      say(`${path}.prefers`, 'a list, since other arrivals have one', 'none');
  });
  if (speed !== null && homes.length === 0) say('speed', 'homes beside it', 'none');
  if (component === 'call-takers') {
    if (arrivals.length > 1) say('arrivals', 'one stream, for call-takers', `${arrivals.length}`);
    if (homes.length > 0 || arrivals.some((a) => a.prefers.length > 0))
      say('component', 'dispatch, for homes or preferences', component);
  }
  const load = arrivals.reduce((sum, { rate }) => sum + rate, 0) * service.mean;
  if (queueLimit === null && patienceMean === null && load >= servers)
    say(
      'arrivals',
      `less work than ${servers} servers can do, where any number may wait with patience`,
      `${load} of it a unit of time`,
    );
  return found.map((text) => ({ code: 'HB_OPTION_VALUE', text }));
}

function unknownMeasures(posed: Case, expected: unknown): Problem[] {
  const code = 'HB_OPTION_VALUE';
  if (!isObject(expected)) return [{ code, text: 'expected: expected an object of measures, found another value' }];
  const names = measuresOf(posed);
  return Object.entries(expected).flatMap(([name, value]): Problem[] => {
    if (!names.includes(name))
      return [
        {
          code,
          text: `expected.${name}: expected a measure of this case, found none of that name, did you mean ${nearest(name, names)}?`,
        },
      ];
    return typeof value === 'number' && Number.isFinite(value)
      ? []
      : [{ code, text: `expected.${name}: expected a number, found ${JSON.stringify(value)}` }];
  });
}
