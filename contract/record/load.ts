/** The sections of a run record about a run against the wall clock; docs/guides/load.md. */
import Type, { type Static } from 'typebox';
import { VERDICTS } from './kinds.ts';
import { Count, Counts, QuantilesSchema, TailSchema, keyedBy } from './measures.ts';

/**
 * Wall time, ms, by stage. Each is measured from the moment at which its cause was meant to be sent, so that delays by a late generator or by a queue in front of a
 * door are included.
 */
export const LatencySchema = Type.Object({
  /** From a CAD message to its 202. */
  accept: TailSchema,
  /** From the cause of an alert, update or cancel to the first phone, to each phone, and to the last phone of its audience. */
  firstDelivery: TailSchema,
  delivery: TailSchema,
  completion: TailSchema,
  /** From a doorbell's message to its PUBACK. */
  device: TailSchema,
  /** From the request for a connection to its hello. */
  connect: TailSchema,
});

/**
 * Deliveries, as triples of alert, recipient and message type, in virtual time and on the wall clock, from the same inputs. Triples that only one clock has are
 * `withinBand` if they lie within `toleranceMs` (simulated) of the edge of a rule; the others are `unexplained`, and there must be none.
 */
export const SameOutcomeSchema = Type.Object({
  virtual: Count,
  wall: Count,
  onlyVirtual: Count,
  onlyWall: Count,
  withinBand: Count,
  unexplained: Count,
  toleranceMs: Type.Number(),
  /** The first 200 triples that only one clock has. */
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

/** One process of a load run: the load generator or the target. */
export const ProcessSchema = Type.Object({
  /** Mean use of the processors over the window, as a share of one; null if it could not be measured. */
  cpuShare: Type.Union([Type.Number(), Type.Null()]),
  /** Delay of the event loop; null if it could not be measured. */
  eventLoopDelayMs: Type.Union([TailSchema, Type.Null()]),
  /** Resident memory before the window, and its peak; null if it could not be measured. */
  rssMiB: Type.Union([Type.Object({ before: Type.Number(), peak: Type.Number() }), Type.Null()]),
  /** Slope of resident memory over the number of connections while residents connected; null below 2,000 connections. */
  memoryPerResidentKiB: Type.Union([Type.Number(), Type.Null()]),
});

/** The load run itself. */
export const LoadSchema = Type.Object({
  /** Address of the target; `self` if the run started it. */
  target: Type.String(),
  startedTarget: Type.Boolean(),
  driver: Type.String(),
  closedLoop: Type.Boolean(),
  traceSha256: Type.String(),
  /** The window in simulated time, UTC ms, and its length in wall time. */
  fromMs: Type.Integer(),
  untilMs: Type.Integer(),
  windowMs: Type.Number(),
  speed: Type.Number(),
  /** Whether the target's clock followed the run's; if not, it ran in real time. */
  platformClock: Type.Boolean(),
  intensity: Type.Record(Type.String(), Type.Number()),
  connected: Type.Object({ residents: Count, doorbells: Count, refused: Count, rampMs: Type.Number() }),
  /** Numbers of inputs by kind: meant to be sent, sent, and acknowledged. */
  inputs: Type.Record(Type.String(), Type.Object({ meant: Count, sent: Count, acknowledged: Count })),
  /** Reasons for which inputs were not acknowledged at once, with their number, including inputs that were acknowledged in the end. */
  refusals: Counts,
  retries: Count,
  /** Messages received, messages that a client already had (it drops them by their number), and holes in the numbering. */
  deliveries: Type.Object({ received: Count, repeated: Count, gaps: Count }),
  /** Ends of connections, and refusals of new ones, by code or reason. */
  closes: Counts,
  generator: ProcessSchema,
  targetProcess: ProcessSchema,
  /** The side that limited the run, if any, and the measurement that shows it. */
  bottleneck: Type.Object({
    verdict: Type.Union([Type.Literal('generator'), Type.Literal('target'), Type.Literal('neither')]),
    why: Type.String(),
  }),
  /** The target's own counts of refused work, by `door reason`; null if it tells none. */
  shed: Type.Union([Counts, Type.Null()]),
  /** Numbers for each wall second of the window. */
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
  /** The outcome of the same trace in virtual time. */
  virtual: Type.Object({
    alerts: Count,
    updates: Count,
    cancels: Count,
    deliveries: Count,
    duty: Type.Object({ alerts: Count, deliveries: Count, alertsNeverSent: Count }),
    verdicts: keyedBy(VERDICTS, Count),
    /** Simulated delay, which the source and the policy cause. */
    delayMs: Type.Record(Type.String(), QuantilesSchema),
  }),
  /** Things that the driver did not do or could not measure, in words. */
  notes: Type.Array(Type.String()),
});

/** A section that LoadSchema accepts. */
export type Load = Static<typeof LoadSchema>;
