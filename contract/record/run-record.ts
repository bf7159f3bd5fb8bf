/**
 * The run record, which a run stores as run.json and prints with --json. Each top-level field has a tag (`x-tag`): `exact` fields are equal for equal inputs on
 * any machine, `statistical` ones are compared with intervals, and `provenance` ones say where and how it ran. Readers refuse a major version of `schema` that they
 * do not know.
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

/** Name and version of the format. */
export const RUN_SCHEMA = 'hundredblock.run/1.3';

/** All fields of the record. Times are simulated unless a field says otherwise. */
export const RunRecordSchema = Type.Object({
  schema: tag('provenance', Type.String()),
  id: tag('provenance', Type.String()),
  /** True if the run was interrupted: every number then counts what happened until `simulated.endMs`. */
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
  /** Hash of all events: equal hashes mean equal worlds. */
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
        /** Numbers for each simulated day. */
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
      /** Ground-truth events, including harmless ones that were reported. */
      incidents: Count,
      /** 911 calls offered, including redials. */
      calls: Count,
      cadRecords: Count,
      cadMessages: Count,
      motions: Count,
      posts: Count,
      /** Alerts, without their updates and cancels. */
      alerts: Count,
      updates: Count,
      cancels: Count,
      /** Frames to residents, of all three message types. */
      deliveries: Count,
    }),
  ),
  /** Alerts by the primary label of their truth. */
  truth: tag('exact', keyedBy(TRUTHS, Count)),
  /** Deliveries by the primary label of their alert's truth. */
  truthByDelivery: tag('exact', keyedBy(TRUTHS, Count)),
  /** Deliveries by their primary verdict. */
  verdicts: tag('exact', keyedBy(VERDICTS, Count)),
  /** Alerts that policy owed, their deliveries, and owed alerts that were never sent. */
  duty: tag('exact', Type.Object({ alerts: Count, deliveries: Count, alertsNeverSent: Count })),
  /** Share of alerts whose truth is not `founded`. */
  falseAlertRate: tag('exact', RateSchema),
  falseAlerts: tag(
    'exact',
    Type.Object({
      byAgency: Type.Array(KeyedRate),
      byCategory: Type.Array(KeyedRate),
      byFeedKind: Type.Array(KeyedRate),
      byDelivery: RateSchema,
      /** Share of alerts that were false and never cancelled or corrected. */
      afterCorrections: RateSchema,
      /** Time from a false alert to its correction. */
      correctionMs: QuantilesSchema,
    }),
  ),
  /** Delay of alerts by stage (DELAY_STAGES). */
  delayMs: tag('exact', Type.Record(Type.String(), QuantilesSchema)),
  police: tag(
    'exact',
    Type.Object({
      units: Count,
      /** Share of units' time on duty in which they are busy. */
      utilisation: Type.Number(),
      /** Time from CAD record to first unit on scene, by priority. */
      responseMs: Type.Record(Type.String(), QuantilesSchema),
      /** Time from CAD record to the first unit's setting out, by priority. */
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
      /** For each simulated hour from the start: share of units that are busy, mean number of calls that wait for a unit, and 911 calls. */
      hourly: Type.Array(Type.Object({ utilisation: Type.Number(), waiting: Type.Number(), calls: Count })),
    }),
  ),
  policeWork: Type.Optional(tag('exact', PoliceWorkSchema)),
  loop: tag(
    'exact',
    Type.Object({
      inducedCalls: Count,
      inducedIncidents: Count,
      /** 911 calls that alerts and posts caused, for each call of the run. */
      branchingRatio: Type.Number(),
      /** Residents' reactions by name (REACTIONS). */
      reactions: Counts,
      /** Police requests for video, owners who were asked (police don't learn how many), clips that they shared, clips that they did not share, and court orders, which bypass the owners. */
      video: Type.Optional(
        Type.Object({ requests: Count, asked: Count, shared: Count, declined: Count, courtOrders: Count }),
      ),
    }),
  ),
  branching: Type.Optional(tag('exact', BranchingSchema)),
  /** Given only with `simulate --against`. */
  against: Type.Optional(tag('exact', AgainstSchema)),
  privacy: tag(
    'exact',
    Type.Object({
      framesScanned: Count,
      leaks: Type.Array(Type.Object({ egress: Type.String(), kind: Type.String(), count: Count })),
      /** Leaked strings in frames to residents, for each million frames. */
      leaksPerMillionFrames: Type.Number(),
      /** Texts for reviewers, their words, and the words that were blanked. */
      review: Type.Object({ texts: Count, words: Count, blanked: Count }),
      /** Number of households that share the published place of an alert. */
      householdsPerPlace: Type.Object({ min: Count, p10: Count, p50: Count, max: Count }),
      placeKinds: Counts,
    }),
  ),
  newsroom: tag('exact', Type.Object({ tickets: Count, approved: Count, rejected: Count, queueMax: Count })),
  /** Records in CAD messages by their receipt's outcome. */
  receipts: tag('exact', Counts),
  /** Records that were owed no alert, by reason (SUPPRESSIONS). */
  suppressed: tag('exact', Counts),
  /** Alerts that the pipeline held back, by reason (WITHHELD_REASONS). */
  withheld: tag('exact', Counts),
  /** Injected faults by kind (FAULT_KINDS), and those that show in the platform's answers. */
  faults: tag('exact', Type.Record(Type.String(), Type.Object({ injected: Count, accounted: Count }))),
  /** The scenario's budgets and the numbers found. If one is not ok, the command exits with 1. */
  gates: tag(
    'exact',
    Type.Array(Type.Object({ name: Type.String(), limit: Type.Number(), found: Type.Number(), ok: Type.Boolean() })),
  ),
  /** The first 200 violations, without private text. */
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
  /** This and the next three are given only on the wall clock (`load`); contract/record/load.ts. */
  generatorLagMs: Type.Optional(tag('statistical', TailSchema)),
  latencyMs: Type.Optional(tag('statistical', LatencySchema)),
  sameOutcome: Type.Optional(tag('statistical', SameOutcomeSchema)),
  load: Type.Optional(tag('statistical', LoadSchema)),
  /** Given only by a soak. */
  soak: Type.Optional(tag('statistical', SoakSchema)),
  /** Given only by a search for capacity; all other fields are then those of the best trial that passed. */
  capacity: Type.Optional(tag('statistical', CapacitySchema)),
  wallMs: tag('provenance', Type.Number()),
  eventsPerSecond: tag('provenance', Type.Number()),
  maxRssMiB: tag('provenance', Type.Number()),
});

/** A record that RunRecordSchema accepts. */
export type RunRecord = Static<typeof RunRecordSchema>;
