/**
 * The RunRecord: what a run stores as run.json and prints with --json. Each top-level field is tagged (`x-tag`):
 * `exact` (equal for equal inputs on any machine), `statistical` (compare with intervals), `provenance` (where and how it ran).
 * Readers refuse a major version of `schema` that they do not know.
 */
import Type, { type Static } from 'typebox';
import { AgainstSchema } from './against.ts';
import { BranchingSchema } from './branching.ts';
import { CapacitySchema } from './capacity.ts';
import { TRUTHS, VERDICTS } from './kinds.ts';
import { LatencySchema, LoadSchema, SameOutcomeSchema } from './load.ts';
import { Count, Counts, KeyedRate, QuantilesSchema, RateSchema, TailSchema, keyedBy, tag } from './measures.ts';
import { PoliceWorkSchema } from './police-work.ts';
import { SoakSchema } from './soak.ts';

export const RUN_SCHEMA = 'hundredblock.run/1.3';

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
