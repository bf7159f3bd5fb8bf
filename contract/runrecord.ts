/**
 * The RunRecord: what a run stores as run.json and prints with --json. Each top-level field is tagged (`x-tag`):
 * `exact` (equal for equal inputs on any machine), `statistical` (compare with intervals), `provenance` (where and how it ran).
 * Readers refuse a major version of `schema` that they do not know.
 */
import Type, { type Static, type TSchema } from 'typebox';

export const RUN_SCHEMA = 'hundredblock.run/1.3';

type Tag = 'exact' | 'statistical' | 'provenance';
const tag = <T extends TSchema>(t: Tag, schema: T): T => ({ ...schema, 'x-tag': t });

const Count = Type.Integer({ minimum: 0 });
const Counts = Type.Record(Type.String(), Count);

/** An object with exactly these keys, each of one schema. */
function keyedBy<K extends string, T extends TSchema>(keys: readonly K[], schema: T) {
  return Type.Object(Object.fromEntries(keys.map((key) => [key, schema])) as Record<K, T>);
}

/** A proportion with its Wilson 95% interval; value, low and high are null where n is 0. */
export const RateSchema = Type.Object({
  value: Type.Union([Type.Number(), Type.Null()]),
  n: Count,
  low: Type.Union([Type.Number(), Type.Null()]),
  high: Type.Union([Type.Number(), Type.Null()]),
});
export type Rate = Static<typeof RateSchema>;

/** Quantiles of a set of milliseconds (nearest rank); 0 where count is 0. */
export const QuantilesSchema = Type.Object({
  count: Count,
  p50: Type.Number(),
  p90: Type.Number(),
  p99: Type.Number(),
  max: Type.Number(),
});
export type Quantiles = Static<typeof QuantilesSchema>;

const KeyedRate = Type.Object({ key: Type.String(), rate: RateSchema });

/** Primary labels of an alert's truth, in order of precedence; an alert's primary is the first that holds. */
export const TRUTHS = [
  'unfounded',
  'misclassified',
  'duplicate',
  'withdrawn',
  'stale',
  'mislocated',
  'founded',
] as const;
export type Truth = (typeof TRUTHS)[number];

/** Primary verdicts of a delivery, in order of precedence. `lost` and `shed` are of deliveries owed and never seen. */
export const VERDICTS = [
  'leaked',
  'misdelivered',
  'duplicate',
  'stale',
  'late',
  'delivered',
  'shed',
  'disconnected',
  'lost',
] as const;
export type Verdict = (typeof VERDICTS)[number];

export const FAULT_KINDS = [
  'delay',
  'duplicate',
  'reorder',
  'gap',
  'malformed',
  'clockSkew',
  'outage',
  'withdrawal',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** Stages of `delayMs`, all in simulated time. `total`: onset of the incident to the Alert; the others are the legs of it. */
export const DELAY_STAGES = ['notice', 'answer', 'entry', 'publication', 'transport', 'review', 'total'] as const;

export const POLICE_PRIORITIES = ['1', '2', '3', '4'] as const;

/** Quantiles with their tail, ms, from a bounded HDR histogram of three significant digits. */
export const TailSchema = Type.Object({
  count: Count,
  p50: Type.Number(),
  p90: Type.Number(),
  p99: Type.Number(),
  p999: Type.Number(),
  max: Type.Number(),
});
export type Tail = Static<typeof TailSchema>;

/** Wall time, each from the moment at which its cause was meant to be sent: a late generator or a queue in front of a door is not left out. */
export const LatencySchema = Type.Object({
  /** CAD message to its 202. */
  accept: TailSchema,
  /** Cause of an alert, update or cancel to the first phone, to each phone, and to the last of those entitled. */
  firstDelivery: TailSchema,
  delivery: TailSchema,
  completion: TailSchema,
  /** Doorbell's message to its PUBACK. */
  device: TailSchema,
  /** A connection asked for to its hello. */
  connect: TailSchema,
});

/**
 * (alert, recipient, message type) triples on both clocks, from the same inputs. `withinBand`: of those on one side only, the ones that
 * lie within `toleranceMs` (simulated) of a rule's edge; the others are `unexplained`, which must be none.
 */
export const SameOutcomeSchema = Type.Object({
  virtual: Count,
  wall: Count,
  onlyVirtual: Count,
  onlyWall: Count,
  withinBand: Count,
  unexplained: Count,
  toleranceMs: Type.Number(),
  /** The first 200 that differ, by name. */
  differences: Type.Array(
    Type.Object({
      incidents: Type.String(),
      msgType: Type.String(),
      resident: Count,
      side: Type.Union([Type.Literal('virtual'), Type.Literal('wall')]),
      withinBand: Type.Boolean(),
    }),
  ),
});

/** One process of a load run. */
export const ProcessSchema = Type.Object({
  /** Share of one processor, mean over the window; null where it could not be measured. */
  cpuShare: Type.Union([Type.Number(), Type.Null()]),
  eventLoopDelayMs: Type.Union([TailSchema, Type.Null()]),
  rssMiB: Type.Union([Type.Object({ before: Type.Number(), peak: Type.Number() }), Type.Null()]),
  /** Slope of resident memory over connections while residents connected; null below 2,000 connections. */
  memoryPerResidentKiB: Type.Union([Type.Number(), Type.Null()]),
});

export const LoadSchema = Type.Object({
  /** `self`: started by the run. */
  target: Type.String(),
  startedTarget: Type.Boolean(),
  driver: Type.String(),
  closedLoop: Type.Boolean(),
  traceSha256: Type.String(),
  /** Simulated window and its length on the wall. */
  fromMs: Type.Integer(),
  untilMs: Type.Integer(),
  windowMs: Type.Number(),
  speed: Type.Number(),
  /** Whether the target's clock followed; else it ran in real time. */
  platformClock: Type.Boolean(),
  intensity: Type.Record(Type.String(), Type.Number()),
  connected: Type.Object({ residents: Count, doorbells: Count, refused: Count, rampMs: Type.Number() }),
  /** Inputs by kind: meant, sent and acknowledged. */
  inputs: Type.Record(Type.String(), Type.Object({ meant: Count, sent: Count, acknowledged: Count })),
  /** Why inputs were not acknowledged at once: by name, with those that were in the end. */
  refusals: Counts,
  retries: Count,
  /** Messages received, those a client had already had (dropped by their number), and holes in numbering. */
  deliveries: Type.Object({ received: Count, repeated: Count, gaps: Count }),
  closes: Counts,
  generator: ProcessSchema,
  targetProcess: ProcessSchema,
  /** What held the run back, if anything, and by which figure. */
  bottleneck: Type.Object({
    verdict: Type.Union([Type.Literal('generator'), Type.Literal('target'), Type.Literal('neither')]),
    why: Type.String(),
  }),
  /** The target's own counts of refused work by `door reason`; null where it tells none. */
  shed: Type.Union([Counts, Type.Null()]),
  /** Each wall second of the window. */
  timeline: Type.Array(
    Type.Object({
      second: Count,
      sent: Count,
      acknowledged: Count,
      deliveries: Count,
      deliveryP99Ms: Type.Union([Type.Number(), Type.Null()]),
      lagMaxMs: Type.Number(),
      generatorCpu: Type.Union([Type.Number(), Type.Null()]),
      targetCpu: Type.Union([Type.Number(), Type.Null()]),
    }),
  ),
  /** The same trace through the pipeline in virtual time. */
  virtual: Type.Object({
    alerts: Count,
    updates: Count,
    cancels: Count,
    deliveries: Count,
    duty: Type.Object({ alerts: Count, deliveries: Count, alertsNeverSent: Count }),
    verdicts: keyedBy(VERDICTS, Count),
    /** Simulated: what source and policy cost. */
    delayMs: Type.Record(Type.String(), QuantilesSchema),
  }),
  /** What the driver did not do or could not measure, in words. */
  notes: Type.Array(Type.String()),
});
export type Load = Static<typeof LoadSchema>;

const NullableNumber = Type.Union([Type.Number(), Type.Null()]);

/** What became of jobs, of patrol's time and of calls to 911, mechanism by mechanism; docs/police.md. Zero where a mechanism is off. */
export const PoliceWorkSchema = Type.Object({
  /** On duty: on the roster, breaks included, or still at a job after the shift. */
  unitHours: Type.Object({
    onDuty: Type.Number(),
    /** Busy at calls behind which something had happened, or nothing; and at work that officers found themselves. They add up to `police.unitHours.total`. */
    founded: Type.Number(),
    unfounded: Type.Number(),
    selfInitiated: Type.Number(),
    /** A part of the first two. */
    alertInduced: Type.Number(),
    breaks: Type.Number(),
    /** After the end of a shift. */
    overrun: Type.Number(),
    /** Neighbours' units, which are no part of any other figure. */
    lent: Type.Number(),
  }),
  /** Records that asked for units, those called off, rises by a priority, those settled by telephone, and units taken off a call for priority 1. */
  jobs: Type.Object({ requested: Count, cancelled: Count, escalated: Count, byPhone: Count, preempted: Count }),
  /** Units lent by neighbours, and requests for one that found none to spare. */
  aid: Type.Object({ lent: Count, refused: Count }),
  /** Taken up, missed because nobody was idle, and broken off for priority 1. */
  selfInitiated: Type.Object({ started: Count, missed: Count, yielded: Count }),
  /** Meal breaks due, taken in full, broken off for priority 1, and not begun in time. */
  breaks: Type.Object({ due: Count, taken: Count, brokenOff: Count, missed: Count }),
  /** Jobs that outlasted a shift. */
  overruns: Count,
  callTakers: Type.Object({
    /** Position hours on duty, and the share of them on calls. */
    hoursOnDuty: Type.Number(),
    utilisation: Type.Number(),
    /** Redials included; answered by anybody; answered by a neighbour; and tries to hand one over that found the neighbour busy. */
    offered: Count,
    answered: Count,
    overflowed: Count,
    overflowRefused: Count,
    /** Of those offered. */
    abandonedShare: Type.Number(),
  }),
});
export type PoliceWork = Static<typeof PoliceWorkSchema>;

/** Something that a soak followed, and its slope per minute with the interval that it was judged by. */
export const SoakSeriesSchema = Type.Object({
  /** `target.heap`, `latency.delivery`, ...: docs/soak.md lists them. */
  name: Type.String(),
  title: Type.String(),
  /** Of the values shown, and of slope and budget. */
  unit: Type.String(),
  slopeUnit: Type.String(),
  /** Greatest slope allowed; null: shown only. */
  budget: NullableNumber,
  /** Wall minutes at the beginning that were left out. */
  warmUpMin: Type.Number(),
  /** Null where there was too little to fit a line to. */
  slope: NullableNumber,
  low: NullableNumber,
  high: NullableNumber,
  /** Points that the line was fitted to, and the number of independent ones that they are worth. */
  points: Count,
  pointsEffective: Type.Number(),
  /**
   * `within`: the whole interval is within the budget; `beyond`: none of it is, which fails; `inconclusive`: the budget lies inside it;
   * `too short`: the soak was; `filling`: the target still filled what it keeps; `no data`; `not judged`: no budget.
   */
  verdict: Type.Union([
    Type.Literal('within'),
    Type.Literal('beyond'),
    Type.Literal('inconclusive'),
    Type.Literal('too short'),
    Type.Literal('filling'),
    Type.Literal('no data'),
    Type.Literal('not judged'),
  ]),
  /** For plots: [minute, median, least, greatest] of at most 200 stretches, and both ends of the line that was fitted. */
  shown: Type.Array(Type.Array(Type.Number())),
  line: Type.Union([Type.Array(Type.Array(Type.Number())), Type.Null()]),
});
export type SoakSeries = Static<typeof SoakSeriesSchema>;

export const SoakSchema = Type.Object({
  /** Wall minutes that were sampled, and how. */
  lengthMin: Type.Number(),
  everyMs: Count,
  samples: Count,
  /** Samples that are missing, and those in which the target told no metrics. */
  gaps: Type.Object({ missed: Count, unscraped: Count }),
  /** Share of a processor that sampling took, in the process that samples. */
  samplerCpuShare: Type.Number(),
  /** Of each end of each interval. */
  confidence: Type.Number(),
  /** `too short`: nothing but violations could fail. */
  verdict: Type.Union([Type.Literal('within'), Type.Literal('beyond'), Type.Literal('too short')]),
  series: Type.Array(SoakSeriesSchema),
});
export type Soak = Static<typeof SoakSchema>;

/** One trial of a search for capacity. */
export const CapacityTrialSchema = Type.Object({
  /** `locate`: a short one, to find the place; `confirm`: one of full length, which counts. */
  phase: Type.Union([Type.Literal('locate'), Type.Literal('confirm')]),
  load: Type.Number(),
  seconds: Type.Number(),
  speed: Type.Number(),
  /** All objectives were met. */
  passed: Type.Boolean(),
  /** The generator held it back, so that it says nothing of the target. */
  limited: Type.Boolean(),
  /** Share of all processors' time in its window that the machine's host gave to others; null where the system does not tell. */
  stolen: Type.Optional(NullableNumber),
  /** So much was taken that a failure says little of the target. */
  disturbed: Type.Optional(Type.Boolean()),
  /** Objectives that were not met, by their text, with what was found; null where it was not measured. */
  failed: Type.Array(Type.Object({ objective: Type.String(), found: NullableNumber })),
  /** Why it ended early, in words; null where it went to its end. */
  stopped: Type.Union([Type.String(), Type.Null()]),
  /** By stage; none of those that nothing was measured of. */
  latencyMs: Type.Record(Type.String(), Type.Object({ p50: Type.Number(), p99: Type.Number() })),
  residents: Count,
  doorbells: Count,
  deliveries: Count,
  /** Owed, and lost or shed. */
  lost: Count,
  /** What the varied load asks of the target and it did, a second: deliveries, or doorbells' messages acknowledged. */
  throughput: Type.Number(),
  targetCpu: NullableNumber,
  generatorCpu: NullableNumber,
  lagP99Ms: Type.Number(),
});
export type CapacityTrial = Static<typeof CapacityTrialSchema>;

export const CapacitySchema = Type.Object({
  /** `residents`, `alertRate`, `agencies`, `devices`, and what a load of 1 is. */
  vary: Type.String(),
  unit: Type.String(),
  /** The capacity lies between them with this confidence; null: no such bound is known. docs/capacity.md. */
  lower: NullableNumber,
  upper: NullableNumber,
  confidence: Type.Number(),
  /** `narrow`: as narrow as asked for; `at-least`, `at-most`: beyond what may be tried; `unfinished`: time ran out, or hardly a trial counted. */
  ended: Type.Union([
    Type.Literal('narrow'),
    Type.Literal('at-least'),
    Type.Literal('at-most'),
    Type.Literal('unfinished'),
    Type.Literal('interrupted'),
  ]),
  generatorLimited: Type.Boolean(),
  objectives: Type.Array(Type.String()),
  /** The objective that failed at the lowest load, its stage, and the latency that had grown most there since the best trial that passed. */
  brokeFirst: Type.Union([
    Type.Object({
      objective: Type.String(),
      stage: Type.String(),
      load: Type.Number(),
      grewMost: Type.Union([
        Type.Object({ stage: Type.String(), fromMs: Type.Number(), toMs: Type.Number() }),
        Type.Null(),
      ]),
    }),
    Type.Null(),
  ]),
  /** Connections at which throughput would peak; null where they do not vary or it has no peak. */
  knee: NullableNumber,
  usl: Type.Union([
    Type.Object({ lambda: Type.Number(), sigma: Type.Number(), kappa: Type.Number(), r2: Type.Number() }),
    Type.Null(),
  ]),
  /** What was the same in all trials, and how both sides shared the processors, in words. */
  conditions: Type.Array(Type.String()),
  /** In the order in which they ran. */
  trials: Type.Array(CapacityTrialSchema),
});
export type Capacity = Static<typeof CapacitySchema>;

/** How far the loop from alerts to calls to alerts goes; docs/loop.md. */
export const BranchingSchema = Type.Object({
  /** Callers, whatever the number of their attempts, and those of them that alerts and posts caused. */
  calls: Count,
  caused: Count,
  /** Of those caused: by alerts about calls that alerts had caused. */
  further: Count,
  /** Calls caused per call, with its 95% interval over agencies and days; null where there is too little. */
  ratio: NullableNumber,
  low: NullableNumber,
  high: NullableNumber,
  blocks: Count,
  /** The same of calls that alerts caused: further per caused. Whether the loop ends depends on these alone. */
  ofCaused: Type.Object({ ratio: NullableNumber, low: NullableNumber, high: NullableNumber }),
  /** In equilibrium: calls made of each first one, 1 / (1 - n), and variance over mean of counts in long windows, 1 / (1 - n)^2. */
  gain: NullableNumber,
  dispersion: NullableNumber,
  state: Type.Union([Type.Literal('stable'), Type.Literal('near'), Type.Literal('unstable')]),
  /** Agencies whose loop was stopped, with the moment. */
  stopped: Type.Array(Type.Object({ agency: Type.String(), atMs: Type.Integer() })),
  /** What a reader must know; null where the loop is stable. */
  message: Type.Union([Type.String(), Type.Null()]),
});
export type Branching = Static<typeof BranchingSchema>;

/** Events of one kind in two worlds. */
export const AgainstCountSchema = Type.Object({
  first: Count,
  second: Count,
  /** First minus second. */
  net: Type.Integer(),
  /** Those with a lineage, first minus second: what alerts caused by themselves, without what they displaced. */
  direct: Type.Integer(),
  onlyFirst: Count,
  onlySecond: Count,
  /** Of those in one world only: without a lineage, so that waiting for something else must have moved them. */
  unexplained: Count,
});
export type AgainstCount = Static<typeof AgainstCountSchema>;

/** How much later in the first world, ms, of events that are in both: mean with its paired 95% interval over agencies and days. */
export const AgainstDelaySchema = Type.Object({
  pairs: Count,
  meanMs: NullableNumber,
  low: NullableNumber,
  high: NullableNumber,
  blocks: Count,
  later: Count,
  sooner: Count,
});
export type AgainstDelay = Static<typeof AgainstDelaySchema>;

const AgainstHoursSchema = Type.Object({
  first: Type.Number(),
  second: Type.Number(),
  net: Type.Number(),
  direct: Type.Number(),
});

/** The run beside another of the same seed that differs in some options; docs/loop.md. */
export const AgainstSchema = Type.Object({
  /** What the second world has otherwise, as `path=value`. */
  sets: Type.Array(Type.String()),
  secondHistoryHash: Type.String(),
  congestion: Type.Union([Type.Literal('on'), Type.Literal('off')]),
  calls: AgainstCountSchema,
  /** Calls repeated by those who hung up. */
  redials: AgainstCountSchema,
  /** Posts and comments. */
  posts: AgainstCountSchema,
  dispatches: AgainstCountSchema,
  unitHours: AgainstHoursSchema,
  /** Net equals direct everywhere, and nothing else moved: the whole difference is what alerts caused by themselves. */
  exact: Type.Boolean(),
  /** Calls in the first world only that alerts caused, per call in it: what `branching.ratio` estimates, known. Null without calls. */
  branchingRatio: NullableNumber,
  answer: AgainstDelaySchema,
  /** Of police responses: all, and by priority. */
  response: AgainstDelaySchema,
  responseByPriority: Type.Record(Type.String(), AgainstDelaySchema),
});
export type Against = Static<typeof AgainstSchema>;

export const RunRecordSchema = Type.Object({
  schema: tag('provenance', Type.String()),
  id: tag('provenance', Type.String()),
  /** True where the run was interrupted: every figure then counts what happened until `endedMs`. */
  partial: tag('exact', Type.Boolean()),
  seed: tag('exact', Type.Integer()),
  scenario: tag('exact', Type.Object({ name: Type.String(), options: Type.Unknown() })),
  command: tag('provenance', Type.String()),
  code: tag(
    'provenance',
    Type.Object({
      version: Type.String(),
      gitCommit: Type.Union([Type.String(), Type.Null()]),
      gitDirty: Type.Boolean(),
    }),
  ),
  host: tag(
    'provenance',
    Type.Object({
      node: Type.String(),
      platform: Type.String(),
      arch: Type.String(),
      cpus: Count,
      memoryMiB: Count,
      workers: Count,
    }),
  ),
  startedAt: tag('provenance', Type.String()),
  /** First and last simulated moment, UTC ms. */
  simulated: tag('exact', Type.Object({ startMs: Type.Integer(), endMs: Type.Integer() })),
  historyHash: tag('exact', Type.String()),
  agencies: tag(
    'exact',
    Type.Array(
      Type.Object({
        id: Type.String(),
        name: Type.String(),
        /** Dialects in force over the run, in order. */
        feeds: Type.Array(Type.String()),
        population: Count,
        historyHash: Type.String(),
        events: Count,
        /** Per simulated day: incidents, calls, cadMessages, alerts. */
        daily: Type.Array(Type.Object({ incidents: Count, calls: Count, cadMessages: Count, alerts: Count })),
      }),
    ),
  ),
  counts: tag(
    'exact',
    Type.Object({
      population: Count,
      households: Count,
      doorbells: Count,
      appUsers: Count,
      agencies: Count,
      /** Ground-truth events, harmless ones that were reported included. */
      incidents: Count,
      /** 911 calls offered, redials included. */
      calls: Count,
      cadRecords: Count,
      cadMessages: Count,
      motions: Count,
      posts: Count,
      /** Alerts (not their updates and cancels). */
      alerts: Count,
      updates: Count,
      cancels: Count,
      /** Frames to residents, of all three message types. */
      deliveries: Count,
    }),
  ),
  truth: tag('exact', keyedBy(TRUTHS, Count)),
  truthByDelivery: tag('exact', keyedBy(TRUTHS, Count)),
  verdicts: tag('exact', keyedBy(VERDICTS, Count)),
  /** What policy owed: Alerts and their deliveries, and the alerts of it that were never sent. */
  duty: tag('exact', Type.Object({ alerts: Count, deliveries: Count, alertsNeverSent: Count })),
  falseAlertRate: tag('exact', RateSchema),
  falseAlerts: tag(
    'exact',
    Type.Object({
      byAgency: Type.Array(KeyedRate),
      byCategory: Type.Array(KeyedRate),
      byFeedKind: Type.Array(KeyedRate),
      byDelivery: RateSchema,
      /** Still standing wrong at the end: false alerts that were never cancelled or corrected. */
      afterCorrections: RateSchema,
      correctionMs: QuantilesSchema,
    }),
  ),
  delayMs: tag('exact', Type.Record(Type.String(), QuantilesSchema)),
  police: tag(
    'exact',
    Type.Object({
      units: Count,
      /** Busy unit time / on-duty unit time. */
      utilisation: Type.Number(),
      /** Time from CAD record to first unit on scene, by priority. */
      responseMs: Type.Record(Type.String(), QuantilesSchema),
      queueMs: Type.Record(Type.String(), QuantilesSchema),
      callsWaitingMean: Type.Number(),
      callsWaitingMax: Count,
      unitHours: Type.Object({
        total: Type.Number(),
        selfInitiated: Type.Number(),
        unfounded: Type.Number(),
        alertInduced: Type.Number(),
      }),
      callTakers: Type.Object({
        positions: Count,
        answerMs: QuantilesSchema,
        answeredWithin15sShare: Type.Number(),
        answeredWithin20sShare: Type.Number(),
        abandoned: Count,
        redials: Count,
      }),
      /** Per simulated hour from the start: share of units busy, calls waiting for a unit (mean), 911 calls. */
      hourly: Type.Array(Type.Object({ utilisation: Type.Number(), waiting: Type.Number(), calls: Count })),
    }),
  ),
  policeWork: Type.Optional(tag('exact', PoliceWorkSchema)),
  loop: tag(
    'exact',
    Type.Object({
      inducedCalls: Count,
      inducedIncidents: Count,
      /** 911 calls caused by alerts and posts per call, over the run. */
      branchingRatio: Type.Number(),
      reactions: Counts,
      /** Police requests for video: made, owners asked (police don't learn how many), clips shared and not, and court orders, which go another way. */
      video: Type.Optional(
        Type.Object({ requests: Count, asked: Count, shared: Count, declined: Count, courtOrders: Count }),
      ),
    }),
  ),
  branching: Type.Optional(tag('exact', BranchingSchema)),
  /** Of `simulate --against` only. */
  against: Type.Optional(tag('exact', AgainstSchema)),
  privacy: tag(
    'exact',
    Type.Object({
      framesScanned: Count,
      leaks: Type.Array(Type.Object({ egress: Type.String(), kind: Type.String(), count: Count })),
      /** Leaked strings in frames to residents per million frames. */
      leaksPerMillionFrames: Type.Number(),
      /** Reviewers' texts: how many, their words, how many words were blanked. */
      review: Type.Object({ texts: Count, words: Count, blanked: Count }),
      /** Households that share each published place of an alert. */
      householdsPerPlace: Type.Object({ min: Count, p10: Count, p50: Count, max: Count }),
      placeKinds: Counts,
    }),
  ),
  newsroom: tag('exact', Type.Object({ tickets: Count, approved: Count, rejected: Count, queueMax: Count })),
  receipts: tag('exact', Counts),
  suppressed: tag('exact', Counts),
  withheld: tag('exact', Counts),
  faults: tag('exact', Type.Record(Type.String(), Type.Object({ injected: Count, accounted: Count }))),
  /** The scenario's budgets against what was found; a run with one not ok exits 1. */
  gates: tag(
    'exact',
    Type.Array(Type.Object({ name: Type.String(), limit: Type.Number(), found: Type.Number(), ok: Type.Boolean() })),
  ),
  /** Violations by name, the first 200 of them, without private text. */
  violations: tag(
    'exact',
    Type.Array(
      Type.Object({
        verdict: Type.String(),
        incidents: Type.String(),
        detail: Type.String(),
        resident: Type.Union([Count, Type.Null()]),
      }),
    ),
  ),
  events: tag('exact', Type.Object({ total: Count, withoutMotions: Count })),
  /** On the wall clock only (`load`): see LoadSchema and its neighbours. */
  generatorLagMs: Type.Optional(tag('statistical', TailSchema)),
  latencyMs: Type.Optional(tag('statistical', LatencySchema)),
  sameOutcome: Type.Optional(tag('statistical', SameOutcomeSchema)),
  load: Type.Optional(tag('statistical', LoadSchema)),
  /** Of a soak only. */
  soak: Type.Optional(tag('statistical', SoakSchema)),
  /** Of a search for capacity only; all other figures are of its best trial that passed. */
  capacity: Type.Optional(tag('statistical', CapacitySchema)),
  wallMs: tag('provenance', Type.Number()),
  eventsPerSecond: tag('provenance', Type.Number()),
  maxRssMiB: tag('provenance', Type.Number()),
});
export type RunRecord = Static<typeof RunRecordSchema>;

/** A line of alerts.jsonl: one message published, with what the oracle found. */
export interface AlertLine {
  incidents: string;
  identifier: string;
  msgType: 'Alert' | 'Update' | 'Cancel';
  agency: string;
  feedKind: 'direct' | 'masked' | 'portal';
  category: string;
  place: string;
  placeKind: 'block' | 'crossing' | 'stretch' | 'area' | 'jurisdiction' | 'text';
  /** Households that share the place, null where unknown. */
  households: number | null;
  /** Centre of the published place, dm; null where it has none. */
  x: number | null;
  y: number | null;
  sentMs: number;
  audience: number;
  /** Truth of an Alert; null on updates and cancels. */
  truth: Truth | null;
  truths: Truth[];
  /** Delivery verdicts of this message by count. */
  verdicts: Partial<Record<Verdict, number>>;
  /** Legs of the delay, ms, on an Alert with a known record. */
  delayMs: Partial<Record<(typeof DELAY_STAGES)[number], number>>;
}

/**
 * A line of against.jsonl: something that is in one of two worlds only, or in both at different times. Times are of the first world that has it; `laterMs` are
 * the first world's minus the second's. `root` and `generation`: only where alerts caused it.
 */
export interface AgainstLine {
  kind: 'call' | 'redial' | 'post' | 'dispatch';
  agency: string;
  /** Its name, the same in both worlds. */
  id: string;
  in: 'first' | 'second' | 'both';
  atMs: number;
  root?: string;
  generation?: number;
  answerLaterMs?: number;
  requestLaterMs?: number;
  /** From the request on. */
  dispatchLaterMs?: number;
  responseLaterMs?: number | null;
  priority?: number;
}

/** A line of faults.jsonl: one injected fault and what became of it. */
export interface FaultLine {
  kind: FaultKind;
  agency: string;
  atMs: number;
  messageId: string | null;
  detail: string;
  accounted: boolean;
  /** What the accounting saw: a receipt's outcome, `never-arrived`, `held-then-arrived`, ... */
  became: string;
}

/** map.json: what the report draws of each agency's ground; synthetic positions, dm. */
export interface MapFile {
  agencies: {
    id: string;
    name: string;
    box: { x0: number; y0: number; x1: number; y1: number };
    /** Block segments [x0, y0, x1, y1, density 0 downtown, 1 suburb, 2 rural], thinned to at most 4,000 an agency. */
    blocks: number[][];
    /** A sample of at most 2,000 ground-truth incidents: [x, y, minutes since start, 1 if something really happened else 0, category index or -1]. */
    incidents: number[][];
    /** A sample of at most 1,500 app users' homes, [x, y]. */
    appUsers: number[][];
  }[];
  /** Radii in dm for drawing audiences: the alert radii that residents chose, with counts. */
  radii: { radiusDm: number; residents: number }[];
}
