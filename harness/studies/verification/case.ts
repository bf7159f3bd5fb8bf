/** A queueing or hypercube case as data: the format in which users describe theirs, and in which the published cases are written. */
import Type, { type Static } from 'typebox';

const NUMBER_MAX = 1e9;
const SERVERS_MAX = 500;
const Positive = Type.Number({ exclusiveMinimum: 0, maximum: NUMBER_MAX });
const Coordinate = Type.Number({ minimum: -NUMBER_MAX, maximum: NUMBER_MAX });
/** An object without other members than these. */
const closed = <T extends Type.TProperties>(properties: T) => Type.Object(properties, { additionalProperties: false });
const orNull = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** A case may use any unit of time and any of distance, the same in all its options. */
export const CaseSchema = closed({
  name: Type.String({ pattern: '^.{1,200}$' }),
  /** `dispatch`: units, priorities, places, preferences. `call-takers`: one class of callers and alike servers. */
  component: Type.Union([Type.Literal('dispatch'), Type.Literal('call-takers')]),
  servers: Type.Integer({ minimum: 1, maximum: SERVERS_MAX }),
  /** Each idle server's place: a point [x, y], or a box [x0, y0, x1, y1] that it patrols; empty if places do not count. */
  homes: Type.Array(Type.Array(Coordinate)),
  metric: Type.Union([Type.Literal('rectangular'), Type.Literal('euclidean')]),
  /** Poisson streams, at least one. */
  arrivals: Type.Array(
    closed({
      name: Type.String({ pattern: '^[\\w-]{1,40}$' }),
      /** Customers per unit of time. */
      rate: Positive,
      /** 1 is served first, without pre-emption; within a priority, first come first served. */
      priority: Type.Integer({ minimum: 1, maximum: 4 }),
      /** Servers by number from 1, the most preferred first; empty: the nearest server, or any if the case has no places. */
      prefers: Type.Array(Type.Integer({ minimum: 1, maximum: SERVERS_MAX })),
      /** The customers' place: [x, y], or uniform in the box [x0, y0, x1, y1]; empty if places do not count. */
      at: Type.Array(Coordinate),
      /** Mean service of this stream; null: `service.mean`. */
      serviceMean: orNull(Positive),
    }),
    { minItems: 1 },
  ),
  service: closed({
    mean: Positive,
    distribution: Type.Union([
      Type.Literal('exponential'),
      Type.Literal('deterministic'),
      Type.Literal('erlang'),
      Type.Literal('lognormal'),
    ]),
    /** Standard deviation over mean of the lognormal distribution. */
    cv: Type.Number({ minimum: 0, maximum: 100 }),
    /** Number of equal exponentials whose sum the Erlang distribution is. */
    phases: Type.Integer({ minimum: 1, maximum: 100 }),
  }),
  /** Most customers who may wait; a customer who finds the queue full is blocked. Null: no limit. */
  queueLimit: orNull(Type.Integer({ minimum: 0, maximum: 1_000_000 })),
  /** Mean time after which a waiting customer gives up. Null: nobody gives up. */
  patienceMean: orNull(Positive),
  patienceDistribution: Type.Union([Type.Literal('exponential'), Type.Literal('deterministic')]),
  /** Longest wait of the measure `within`, the share of customers who are served after at most this wait. Null: `within` is left out. */
  waitMax: orNull(Type.Number({ minimum: 0, maximum: NUMBER_MAX })),
  /**
   * Distance per unit of time; a server is then busy while it travels, before the service. Null: servers arrive at once, and set out
   * from home.
   */
  speed: orNull(Positive),
});
/** A case with all its options. */
export type Case = Static<typeof CaseSchema>;
/** One stream of customers. */
export type Arrival = Case['arrivals'][number];

/** Values of options that are left out. */
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
/** Values of options of a stream that are left out. */
export const ARRIVAL_DEFAULTS = { priority: 2, prefers: [], at: [], serviceMean: null } satisfies Partial<Arrival>;
/** Values of options of the service that are left out. */
export const SERVICE_DEFAULTS = {
  mean: 1,
  distribution: 'exponential',
  cv: 1,
  phases: 2,
} as const satisfies Case['service'];

/** Whether servers and customers have places. */
export const hasPlaces = ({ homes }: Case): boolean => homes.length > 0;

/** Names of the measures of a case, in the order of the report. */
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

/** Mean service time of a stream, in the case's unit. */
export function serviceMeanOf({ service, arrivals }: Case, stream: number): number {
  return arrivals[stream].serviceMean ?? service.mean;
}

/** Squared coefficient of variation of service times, the same for all streams. */
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

/** Work that arrives per unit of time, as the number of servers that it keeps busy. */
export function loadOf(posed: Case): number {
  return posed.arrivals.reduce((sum, { rate }, stream) => sum + rate * serviceMeanOf(posed, stream), 0);
}

/** Whether it matters which server serves a customer. */
export function hasOwnServer(posed: Case): boolean {
  return hasPlaces(posed) || posed.arrivals.some(({ prefers }) => prefers.length > 0);
}

/** The meaning of each measure, by its name without numbers and areas. */
export const MEASURE_WORDS: Readonly<Record<string, string>> = {
  pWait: 'share of customers who wait before they are served or give up',
  allBusy: 'share of customers who find no server free',
  meanWait: 'mean time from arrival to service or giving up, over all customers who are let in',
  meanInSystem: 'mean time from arrival to the end of service, over all customers who are served',
  meanQueue: 'mean number of customers who wait',
  within: 'share of customers who are served after a wait of at most waitMax',
  blocked: 'share of customers who find the queue full',
  abandoned: 'share of customers who give up',
  utilisation: 'share of time that servers are busy, mean over servers',
  workload: 'share of time that a server is busy',
  outOfArea: 'share of served customers whose server is not their first',
  meanTravel: 'mean distance from the server that sets out to the customer',
  dispatches: 'share of all services that one server gives to one stream',
};
