/** What the engine takes: onboarding documents, clocks and inputs are looked through before anything is made of them. */
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { CATEGORIES, DIALECTS } from '../../../contract/catalogue.ts';
import type { PlatformClock } from '../../../contract/clock.ts';
import { ONBOARDING_SCHEMA, OnboardingSchema, type Onboarding } from '../../../contract/onboarding.ts';
import type { PipelineInput } from '../../../contract/pipeline.ts';
import type { Policy } from '../../../contract/policy.ts';
import { ClockSchema } from '../../../contract/wire.ts';
import { isZone } from '../../../contract/zones.ts';
import { gazetteerProblem } from './check-gazetteer.ts';
import { found, INT32_MAX, isIntegerWithin, Problem } from './check-problem.ts';
import { reachMs } from './town.ts';
import { Refused } from '../service-api.ts';

/** Throws Refused('invalid') that names the first thing wrong, and nothing of what was sent. `retainMs`: how long inputs are kept. */
export function checkOnboarding(document: Onboarding, retainMs: number): void {
  refuseProblems(() => {
    const error = onboardingSchema.Errors(document).find(({ keyword }) => keyword !== 'boolean');
    if (error !== undefined) throw new Problem(closedPath(error.instancePath), error.message);
    expect(document.schema === ONBOARDING_SCHEMA, '/schema', `expected ${ONBOARDING_SCHEMA}`, document.schema);
    checkRoster(document.roster);
    const ids = new Set<string>();
    document.agencies.forEach((agency, i) => {
      expect(!ids.has(agency.id), `/agencies/${i}/id`, 'expected ids that differ', agency.id);
      ids.add(agency.id);
      checkAgency(agency, `/agencies/${i}`, retainMs);
    });
  });
}

/** Throws Refused('invalid'). */
export function checkClock(clock: PlatformClock): void {
  if (!clockSchema.Check(clock))
    throw new Refused('invalid', 'clock: expected originWallMs, originMs and speed within their bounds, found others');
}

/** Throws Refused('invalid') where a change of wishes has a value that no resident can have; other inputs are the pipeline's to judge. */
export function checkInput(input: PipelineInput): void {
  if (input.kind !== 'preference') return;
  refuseProblems(() => {
    const { resident, radiusDm, categories, muted, quit } = input.change;
    const integer = (value: unknown, max: number, path: string) =>
      expect(isIntegerWithin(value, 0, max), path, `expected a whole number from 0 to ${max}`, value);
    integer(resident, UINT32_MAX, '/resident');
    if (radiusDm !== undefined) integer(radiusDm, RADIUS_DM_MAX, '/radiusDm');
    if (categories !== undefined) integer(categories, CATEGORY_BITS, '/categories');
    for (const [path, value] of [
      ['/muted', muted],
      ['/quit', quit],
    ] as const)
      expect(value === undefined || typeof value === 'boolean', path, 'expected true or false', value);
  });
}

// --- internal ---

const onboardingSchema = Compile(OnboardingSchema);
const clockSchema = Compile(ClockSchema);

const UINT32_MAX = 4_294_967_295;
const CATEGORY_BITS = 0xffff;
const FLAG_BITS = 3;
/** As PreferencesSchema. */
const RADIUS_DM_MAX = 1_000_000;
/** Distances are exact below this (contract/plane.ts). */
const COORDINATE_DM_MAX = 1 << 25;

const policySchema = Compile(
  Type.Object(
    {
      alerts: Type.Union([Type.Literal('on'), Type.Literal('off')]),
      preset: Type.Union([Type.Literal('us-eight'), Type.Literal('extended')]),
      review: Type.Union([Type.Literal('auto'), Type.Literal('human')]),
      incidentAgeMsMax: Type.Integer({ minimum: 0 }),
      futureMsMax: Type.Integer({ minimum: 0 }),
      householdsMin: Type.Integer({ minimum: 0 }),
      matching: Type.Union([Type.Literal('place'), Type.Literal('point')]),
      timeRoundingMs: Type.Integer({ minimum: 1 }),
      sameEventMsMax: Type.Integer({ minimum: 0 }),
      correctionMsMax: Type.Integer({ minimum: 0 }),
      retainMs: Type.Integer({ minimum: 0 }),
    } satisfies Record<keyof Policy, unknown>,
    { additionalProperties: false },
  ),
);
const natureSchema = Compile(
  Type.Object(
    {
      category: Type.Union([...CATEGORIES.map((category) => Type.Literal(category)), Type.Null()]),
      community: Type.Boolean(),
    },
    { additionalProperties: false },
  ),
);

function refuseProblems(check: () => void): void {
  try {
    check();
  } catch (error) {
    if (error instanceof Problem) throw new Refused('invalid', error.message);
    throw error;
  }
}

function expect(holds: boolean, path: string, expected: string, value: unknown): void {
  if (!holds) throw new Problem(path, `${expected}, found ${found(value)}`);
}

/** A path without names that the sender chose: native natures could be anything. */
function closedPath(path: string): string {
  return path.replace(/(\/natures\/[a-z]+)\/.*/, '$1');
}

function checkRoster(roster: Onboarding['roster']): void {
  const { ids } = roster;
  const bounds: Record<keyof Onboarding['roster'], readonly [min: number, max: number]> = {
    ids: [0, UINT32_MAX],
    x: [-COORDINATE_DM_MAX, COORDINATE_DM_MAX],
    y: [-COORDINATE_DM_MAX, COORDINATE_DM_MAX],
    radiusDm: [0, INT32_MAX],
    categories: [0, CATEGORY_BITS],
    flags: [0, FLAG_BITS],
  };
  for (const [name, [min, max]] of Object.entries(bounds)) {
    const column = roster[name as keyof typeof bounds];
    expect(column.length === ids.length, `/roster/${name}`, `expected ${ids.length} numbers as in ids`, column);
    const at = column.findIndex((value) => !isIntegerWithin(value, min, max));
    expect(at < 0, `/roster/${name}/${at}`, `expected a whole number from ${min} to ${max}`, column[at]);
  }
  const at = ids.findIndex((id, i) => i > 0 && id <= ids[i - 1]);
  expect(at < 0, `/roster/ids/${at}`, 'expected ascending ids', ids[at]);
}

function checkAgency(agency: Onboarding['agencies'][number], path: string, retainMs: number): void {
  expect(isZone(agency.zone), `${path}/zone`, 'expected a known time zone', agency.zone);
  expect(isAscending(agency.feeds), `${path}/feeds`, 'expected ascending fromMs', agency.feeds);
  for (const [dialect, rules] of Object.entries(agency.natures)) {
    const known = (DIALECTS as readonly string[]).includes(dialect);
    expect(known, `${path}/natures`, `expected the dialects ${DIALECTS.join(', ')}`, dialect);
    const broken = Object.values(rules).find((rule) => !natureSchema.Check(rule));
    expect(broken === undefined, `${path}/natures/${dialect}`, 'expected a category or null, and community', broken);
  }
  const problem = gazetteerProblem(agency.gazetteer, `${path}/gazetteer`);
  if (problem !== null) throw problem;
  checkPolicies(agency.policies, `${path}/policies`, retainMs);
  if (agency.portal !== null)
    expect(
      isLoopback(agency.portal.url),
      `${path}/portal/url`,
      'expected http on a loopback address',
      agency.portal.url,
    );
}

function isAscending(entries: readonly { fromMs: number }[]): boolean {
  return entries.every(({ fromMs }, i) => i === 0 || fromMs > entries[i - 1].fromMs);
}

/** After a crash the pipeline is made anew from the kept inputs: what it may still act on must not reach back further than they do. */
function checkPolicies(policies: Onboarding['agencies'][number]['policies'], path: string, retainMs: number): void {
  expect(isAscending(policies), path, 'expected ascending fromMs', policies);
  policies.forEach(({ policy }, i) => {
    const [error] = policySchema.Errors(policy);
    if (error !== undefined) throw new Problem(`${path}/${i}/policy${error.instancePath}`, error.message);
    const expected = `expected incidentAgeMsMax, futureMsMax, sameEventMsMax and correctionMsMax to sum up to at most the ${retainMs} ms for which inputs are kept`;
    expect(reachMs(policy as Policy) <= retainMs, `${path}/${i}/policy`, expected, reachMs(policy as Policy));
    const recordMs = (policy as Policy).retainMs;
    const at = `${path}/${i}/policy/retainMs`;
    expect(recordMs <= retainMs, at, `expected at most the ${retainMs} ms for which inputs are kept`, recordMs);
  });
}

function isLoopback(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return (
    protocol === 'http:' && (/^127\.\d+\.\d+\.\d+$/.test(hostname) || hostname === '[::1]' || hostname === 'localhost')
  );
}
