/** The section of a run record about a search for capacity; docs/guides/capacity.md. */
import Type, { type Static } from 'typebox';
import { Count, NullableNumber } from './measures.ts';

/** One trial of a search. */
export const CapacityTrialSchema = Type.Object({
  /** `locate`: a short trial that narrows the range; `confirm`: one of full length, which counts. */
  phase: Type.Union([Type.Literal('locate'), Type.Literal('confirm')]),
  /** The varied load, in the search's unit. */
  load: Type.Number(),
  /** Wall time of its window. */
  seconds: Type.Number(),
  /** Simulated seconds per wall second. */
  speed: Type.Number(),
  /** Whether all objectives were met. */
  passed: Type.Boolean(),
  /** Whether the load generator limited it, so that it says nothing about the target. */
  limited: Type.Boolean(),
  /** Share of all processors' time in its window that the machine's host gave to others; null if the system does not tell. */
  stolen: Type.Optional(NullableNumber),
  /** Whether the host took enough time away that a failure says little about the target. */
  disturbed: Type.Optional(Type.Boolean()),
  /** Objectives that were not met, by their text, each with the value found; null if it was not measured. */
  failed: Type.Array(Type.Object({ objective: Type.String(), found: NullableNumber })),
  /** Reason for which it ended early, in words; null if it went to its end. */
  stopped: Type.Union([Type.String(), Type.Null()]),
  /** Latency by stage; a stage without measurements is left out. */
  latencyMs: Type.Record(Type.String(), Type.Object({ p50: Type.Number(), p99: Type.Number() })),
  residents: Count,
  doorbells: Count,
  deliveries: Count,
  /** Deliveries that were owed, and lost or shed. */
  lost: Count,
  /** Work per second that the target did for the varied load: deliveries, or doorbells' messages acknowledged. */
  throughput: Type.Number(),
  /** Mean use of the processors by each process, as a share of one; null if it could not be measured. */
  targetCpu: NullableNumber,
  generatorCpu: NullableNumber,
  /** How late the generator itself sent, at the 99th percentile. */
  lagP99Ms: Type.Number(),
});

/** A trial that CapacityTrialSchema accepts. */
export type CapacityTrial = Static<typeof CapacityTrialSchema>;

/** A search for capacity and its result. */
export const CapacitySchema = Type.Object({
  /** The varied load: `residents`, `alertRate`, `agencies` or `devices`; and its unit, in words. */
  vary: Type.String(),
  unit: Type.String(),
  /** Bounds between which the capacity lies with this confidence; null if such a bound is not known. */
  lower: NullableNumber,
  upper: NullableNumber,
  confidence: Type.Number(),
  /** Reason for which the search ended. `narrow`: the bounds are as close as asked for; `at-least`, `at-most`: the capacity lies beyond the loads that may be tried; `unfinished`: time ran out, or hardly a trial counted; `interrupted`: the user ended it. */
  ended: Type.Union([
    Type.Literal('narrow'),
    Type.Literal('at-least'),
    Type.Literal('at-most'),
    Type.Literal('unfinished'),
    Type.Literal('interrupted'),
  ]),
  /** Whether the load generator, not the target, set the limit. */
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
  /** Number of connections at which throughput would peak; null if connections do not vary, or if it has no peak. */
  knee: NullableNumber,
  /** Coefficients of Gunther's universal scalability law, fitted to the trials, and the share of variance that they explain; null if the load is not connections, or trials were too few. */
  usl: Type.Union([
    Type.Object({ lambda: Type.Number(), sigma: Type.Number(), kappa: Type.Number(), r2: Type.Number() }),
    Type.Null(),
  ]),
  /** Conditions that were the same in all trials, and how both sides shared the processors, in words. */
  conditions: Type.Array(Type.String()),
  /** All trials, in the order in which they ran. */
  trials: Type.Array(CapacityTrialSchema),
});

/** A search that CapacitySchema accepts. */
export type Capacity = Static<typeof CapacitySchema>;
