/** A queueing or hypercube case as data: what a user describes, and what the published cases are written as. */
import Type, { type Static } from 'typebox';

const NUMBER_MAX = 1e9;
const SERVERS_MAX = 500;
const Positive = Type.Number({ exclusiveMinimum: 0, maximum: NUMBER_MAX });
const Coordinate = Type.Number({ minimum: -NUMBER_MAX, maximum: NUMBER_MAX });
const orNull = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** Time and distance are in any units, the same throughout. */
export const CaseSchema = Type.Object({
  name: Type.String({ pattern: '^.{1,200}$' }),
  /** `dispatch`: units, priorities, places, preferences. `call-takers`: one class of callers and alike servers. */
  component: Type.Union([Type.Literal('dispatch'), Type.Literal('call-takers')]),
  servers: Type.Integer({ minimum: 1, maximum: SERVERS_MAX }),
  /** Where each server stands when idle, [x, y], or drives about in, [x0, y0, x1, y1]; empty where places do not count. */
  homes: Type.Array(Type.Array(Coordinate)),
  metric: Type.Union([Type.Literal('rectangular'), Type.Literal('euclidean')]),
  /** Poisson streams, at least one. */
  arrivals: Type.Array(
    Type.Object({
      name: Type.String({ pattern: '^[\\w-]{1,40}$' }),
      /** Per unit of time. */
      rate: Positive,
      /** 1 goes first; not pre-emptive. Within one, first come first served. */
      priority: Type.Integer({ minimum: 1, maximum: 4 }),
      /** Servers by number from 1, the first preferred first; empty: the nearest, or any where nobody has a place. */
      prefers: Type.Array(Type.Integer({ minimum: 1, maximum: SERVERS_MAX })),
      /** Where: [x, y], or uniform in the box [x0, y0, x1, y1]; empty where places do not count. */
      at: Type.Array(Coordinate),
      /** Of this stream's service; null: that of all. */
      serviceMean: orNull(Positive),
    }),
    { minItems: 1 },
  ),
  service: Type.Object({
    mean: Positive,
    distribution: Type.Union([
      Type.Literal('exponential'),
      Type.Literal('deterministic'),
      Type.Literal('erlang'),
      Type.Literal('lognormal'),
    ]),
    /** Standard deviation over mean, of the lognormal. */
    cv: Type.Number({ minimum: 0, maximum: 100 }),
    /** Of the Erlang distribution: a sum of so many alike exponentials. */
    phases: Type.Integer({ minimum: 1, maximum: 100 }),
  }),
  /** How many may wait; who comes to a full queue is blocked. Null: any number. */
  queueLimit: orNull(Type.Integer({ minimum: 0, maximum: 1_000_000 })),
  /** Mean of the time after which one who waits gives up. Null: nobody does. */
  patienceMean: orNull(Positive),
  patienceDistribution: Type.Union([Type.Literal('exponential'), Type.Literal('deterministic')]),
  /** A wait that is counted: the measure `within` is the share who are served after no longer one. Null: not counted. */
  waitMax: orNull(Type.Number({ minimum: 0, maximum: NUMBER_MAX })),
  /** Distance per unit of time; travel then counts as busy, before the service. Null: servers are there at once, and set out from home. */
  speed: orNull(Positive),
});
export type Case = Static<typeof CaseSchema>;
export type Arrival = Case['arrivals'][number];

/** What an option is where it is left out. */
export const CASE_DEFAULTS = {
  component: 'dispatch',
  homes: [],
  metric: 'rectangular',
  queueLimit: null,
  patienceMean: null,
  patienceDistribution: 'exponential',
  waitMax: null,
  speed: null,
} as const satisfies Partial<Case>;
export const ARRIVAL_DEFAULTS = { priority: 2, prefers: [], at: [], serviceMean: null } satisfies Partial<Arrival>;
export const SERVICE_DEFAULTS = {
  mean: 1,
  distribution: 'exponential',
  cv: 1,
  phases: 2,
} as const satisfies Case['service'];

export const hasPlaces = ({ homes }: Case): boolean => homes.length > 0;

/** Names of what a case measures, in the order of the report. */
export function measuresOf(posed: Case): string[] {
  const { arrivals, servers, component } = posed;
  const priorities = [...new Set(arrivals.map((a) => a.priority))].sort();
  const numbers = Array.from({ length: servers }, (_, i) => i + 1);
  const names = ['pWait', 'allBusy', 'meanWait', 'meanInSystem', 'meanQueue', 'blocked', 'abandoned', 'utilisation'];
  if (posed.waitMax !== null) names.push('within');
  if (component === 'call-takers') return names;
  if (priorities.length > 1) names.push(...priorities.flatMap((p) => [`meanWait${p}`, `meanInSystem${p}`]));
  names.push(...numbers.map((n) => `workload${n}`));
  if (!hasOwnServer(posed)) return names;
  names.push('outOfArea');
  if (hasPlaces(posed)) names.push('meanTravel', ...arrivals.map(({ name }) => `meanTravel.${name}`));
  names.push(...arrivals.flatMap(({ name }) => numbers.map((n) => `dispatches.${name}.${n}`)));
  return names;
}

/** Mean service of a stream, and the squared coefficient of variation of every service. */
export function serviceMeanOf({ service, arrivals }: Case, stream: number): number {
  return arrivals[stream].serviceMean ?? service.mean;
}

export function serviceCv2({ service: { distribution, cv, phases } }: Case): number {
  switch (distribution) {
    case 'exponential':
      return 1;
    case 'deterministic':
      return 0;
    case 'erlang':
      return 1 / phases;
    case 'lognormal':
      return cv * cv;
  }
}

/** Work that comes in, in servers kept busy. */
export function loadOf(posed: Case): number {
  return posed.arrivals.reduce((sum, { rate }, stream) => sum + rate * serviceMeanOf(posed, stream), 0);
}

/** Whether it matters which server comes to whom. */
export function hasOwnServer(posed: Case): boolean {
  return hasPlaces(posed) || posed.arrivals.some(({ prefers }) => prefers.length > 0);
}

/** What each measure is, by its name without numbers and areas. */
export const MEASURE_WORDS: Readonly<Record<string, string>> = {
  pWait: 'share of those who come who wait before they are served or give up',
  allBusy: 'share of those who come who find no server free',
  meanWait: 'mean time from coming to being served or giving up, over all who are let in',
  meanInSystem: 'mean time from coming until the end of service, over all who are served',
  meanQueue: 'mean number who wait',
  within: 'share of those who come who are served after a wait of at most waitMax',
  blocked: 'share of those who come who find the queue full',
  abandoned: 'share of those who come who give up',
  utilisation: 'share of time that servers are busy, mean over servers',
  workload: 'share of time that a server is busy',
  outOfArea: 'share of those served who get another server than their first',
  meanTravel: 'mean distance of those who are served from the server that sets out',
  dispatches: 'share of all services: of one stream, by one server',
};
