/** The section of a run against the wall clock. */
import Type, { type Static } from 'typebox';
import { VERDICTS } from './kinds.ts';
import { Count, Counts, QuantilesSchema, TailSchema, keyedBy } from './measures.ts';

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
