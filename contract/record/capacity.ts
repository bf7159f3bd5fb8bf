/** The section of a search for capacity. */
import Type, { type Static } from 'typebox';
import { Count, NullableNumber } from './measures.ts';

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
  /** The capacity lies between them with this confidence; null: no such bound is known. docs/guides/capacity.md. */
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
