/**
 * A scenario, which describes a run as typed data. Every option's unit stands in its name; ranges are checked before anything runs. All values of scenarios are
 * in scenarios/, the defaults with their sources in scenarios/defaults.ts; docs/reference/scenarios.md lists them.
 * `--set path=value` overrides any leaf (`agencies.0.personsPerAgency=20000`, `policy.alerts=off`).
 */
import Type, { type Static } from 'typebox';
import { EVENT_TYPES } from './catalogue.ts';

const strict = { additionalProperties: false };
const share = (description: string) => Type.Number({ minimum: 0, maximum: 1, description });
const rate = (description: string, maximum = 1e9) => Type.Number({ minimum: 0, maximum, description });
/** One mechanism of the feedback loop: whether it acts, and how strongly. A strength of 1 is the default, the one that has a grade of evidence; 0 is the same as off. */
const mechanism = (description: string) =>
  Type.Object(
    { on: Type.Boolean(), strength: Type.Number({ minimum: 0, maximum: 100, description: `of ${description}` }) },
    strict,
  );
const publishDelay = rate('mean time from a change of a record to its publication');
const dialect = Type.Union([
  Type.Literal('eido'),
  Type.Literal('sf'),
  Type.Literal('seattle'),
  Type.Literal('dallas'),
  Type.Literal('tampa'),
  Type.Literal('milwaukee'),
]);

/** A plan of shifts, which begin at whole local hours and last equally long. On average as many people work as without a plan. */
const shiftPlan = () =>
  Type.Object(
    {
      enabled: Type.Boolean(),
      lengthHours: Type.Integer({ minimum: 1, maximum: 24 }),
      startHours: Type.Array(Type.Integer({ minimum: 0, maximum: 23, description: 'local hour of the day' }), {
        minItems: 1,
        maxItems: 24,
      }),
      /** Staff of each shift of `startHours`, relative to the other shifts. */
      relativeStaff: Type.Array(rate('', 1000), { minItems: 1, maxItems: 24 }),
    },
    strict,
  );

/** Event types that nobody calls about: officers start them, or dispatchers change a record to them. */
const NEVER_CALLED = new Set(['burglary-cold', 'traffic-stop', 'patrol-check']);

/** Ids of the event types that people call 911 about. */
export const CALLED_TYPES: readonly string[] = EVENT_TYPES.map(({ id }) => id).filter((id) => !NEVER_CALLED.has(id));

/** Faults of feeds that the world injects. */
export const FaultsSchema = Type.Object(
  {
    delayShare: share('share of messages delivered late'),
    delayMsMean: rate('mean extra delay of those'),
    duplicateShare: share('share of messages delivered twice'),
    reorderShare: share('share of messages overtaken by the next one of their record'),
    gapShare: share('share of messages that never arrive'),
    malformedShare: share('share of messages that arrive broken'),
    clockSkewMs: Type.Integer({
      minimum: -86_400_000,
      maximum: 86_400_000,
      description: "the agency's clock minus true time",
    }),
    clockSkewAgencies: Type.Integer({
      minimum: 0,
      maximum: 4096,
      description: 'how many agencies, from the first, have that skew',
    }),
    outagesPerDay: rate('feed outages a day', 1000),
    outageMsMean: rate('their mean length', 604_800_000),
    outageLossShare: share('share of messages lost rather than held during an outage'),
  },
  strict,
);
/** Faults that FaultsSchema accepts. */
export type Faults = Static<typeof FaultsSchema>;

/** All options of a scenario. Shares are fractions of 1; times are milliseconds unless the name says otherwise. */
export const ScenarioSchema = Type.Object(
  {
    /** The name is part of a run's id, and so of a folder's name. */
    name: Type.String({
      pattern: '^[a-z0-9][a-z0-9-]{0,63}$',
      description: 'lower case, digits and dashes, at most 64 characters',
    }),
    description: Type.String({
      pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]{0,500}$',
      description: 'a text of at most 500 characters without control characters',
    }),
    startMs: Type.Integer({
      minimum: 946_684_800_000,
      maximum: 2_208_988_800_000,
      description: 'first simulated moment, UTC ms',
    }),
    durationDays: Type.Number({ exclusiveMinimum: 0, maximum: 366 }),
    /** Simulated hours at the start that the record's `police` leaves out; only its `hourly` covers the whole run. */
    warmUpHours: Type.Integer({ minimum: 0, maximum: 8784 }),
    agencies: Type.Array(
      Type.Object(
        {
          count: Type.Integer({ minimum: 1, maximum: 4096, description: 'agencies of this kind' }),
          dialect,
          personsPerAgency: Type.Integer({ minimum: 100, maximum: 10_000_000 }),
          /** Days after which the agency withdraws its feed; null: never. */
          withdrawAfterDays: Type.Union([Type.Null(), Type.Number({ exclusiveMinimum: 0, maximum: 366 })]),
          /** Dialect of the feed that replaces a withdrawn one; null: none does. */
          thenDialect: Type.Union([Type.Null(), dialect]),
        },
        strict,
      ),
      { minItems: 1 },
    ),
    people: Type.Object(
      {
        personsPerHousehold: Type.Number({ minimum: 1, maximum: 10 }),
        doorbellShareOfHouseholds: share('households with a doorbell camera'),
        appUserShareOfPersons: share('people who use the app'),
        mutedShareOfAppUsers: share('app users who start muted'),
        personsPerKm2: Type.Number({ minimum: 10, maximum: 20_000 }),
        radiusFactor: Type.Number({
          minimum: 0.01,
          maximum: 100,
          description: 'of the alert radius that each resident chose',
        }),
      },
      strict,
    ),
    /** `off`: every call gets a call-taker and units at once, without travel, so that no call waits for another. It shows direct effects alone. */
    congestion: Type.Union([Type.Literal('on'), Type.Literal('off')]),
    /** Factors on the rates of events; `staffing` is a factor on call-takers and units. */
    intensity: Type.Object(
      { incidents: rate('', 1e4), encounters: rate('', 1e4), motions: rate('', 1e4), staffing: rate('', 1e4) },
      strict,
    ),
    incidents: Type.Object(
      {
        callsForServicePer1000PersonsYear: rate('community-initiated and officer-initiated', 100_000),
        officerInitiatedShare: share('of calls for service'),
        hoaxShare: share('of eligible-looking reports that are hoaxes'),
        coldShare: share('of burglaries and thefts from vehicles found hours later'),
        hotSpotSigma: Type.Number({ minimum: 0, maximum: 4, description: 'spread of the lognormal weight of blocks' }),
        nearRepeatMean: Type.Number({
          minimum: 0,
          maximum: 0.9,
          description: 'further burglaries that each burglary triggers',
        }),
        shareByHour: Type.Array(
          rate('relative calls by local hour 0 to 23; types of the night have weights of their own'),
          {
            minItems: 24,
            maxItems: 24,
          },
        ),
        shareByWeekday: Type.Array(rate('relative calls by weekday, Monday first'), { minItems: 7, maxItems: 7 }),
        typeMix: Type.Object(
          Object.fromEntries(
            CALLED_TYPES.map((id) => [id, rate('relative community-initiated calls about this event type')]),
          ),
          strict,
        ),
      },
      strict,
    ),
    doorbells: Type.Object({ motionsPerDay: rate('per doorbell', 10_000) }, strict),
    calls: Type.Object(
      {
        callTakersPer100000Persons: rate('positions staffed', 10_000),
        patienceMsMean: rate('mean time until a caller hangs up unanswered'),
        redialShare: share('of callers who hung up, that call again'),
        handlingMsMean: rate('call-taker time per call'),
        wirelessShare: share('of calls'),
        rebidMs: rate('until a wireless position improves'),
        shifts: shiftPlan(),
        /** Calls that wait go to a neighbouring agency's call-takers, who are few and answer later. */
        overflow: Type.Object(
          {
            enabled: Type.Boolean(),
            afterMs: Type.Integer({
              minimum: 0,
              maximum: 3_600_000,
              description: 'wait after which a call goes there',
            }),
            queueMax: Type.Integer({
              minimum: 0,
              maximum: 100_000,
              description: 'with as many waiting, a new call goes at once',
            }),
            transferMs: Type.Integer({ minimum: 0, maximum: 600_000, description: 'from there to the answer' }),
            callTakersPer100000Persons: rate('positions that the neighbour has to spare', 10_000),
          },
          strict,
        ),
      },
      strict,
    ),
    police: Type.Object(
      {
        unitsPer100000Persons: rate('patrol units on duty', 10_000),
        travelMetresPerSecond: Type.Number({ minimum: 0.1, maximum: 100 }),
        cancelShare: share('of records cancelled by the caller before arrival'),
        assignment: Type.Union([Type.Literal('nearest'), Type.Literal('areas')]),
        /** A call of priority 1 takes units off calls of priority 3 and 4 if no other unit is available. */
        preemption: Type.Boolean(),
        /** Calls about dangerous events get two units from the start. */
        backup: Type.Boolean(),
        /** Calls that wait long rise by one priority. */
        escalation: Type.Object(
          {
            enabled: Type.Boolean(),
            priority3Ms: Type.Integer({
              minimum: 1000,
              maximum: 604_800_000,
              description: 'wait after which 3 rises to 2',
            }),
            priority4Ms: Type.Integer({
              minimum: 1000,
              maximum: 604_800_000,
              description: 'wait after which 4 rises to 3',
            }),
          },
          strict,
        ),
        /** Reports that need no officer on scene are taken by telephone once they have waited. */
        phone: Type.Object(
          {
            enabled: Type.Boolean(),
            share: share('of priority 4 calls that a telephone report can settle'),
            afterMs: Type.Integer({ minimum: 1000, maximum: 604_800_000, description: 'wait after which it does' }),
          },
          strict,
        ),
        /** Neighbouring agencies lend units to calls of priority 1 that wait. */
        aid: Type.Object(
          {
            enabled: Type.Boolean(),
            afterMs: Type.Integer({
              minimum: 1000,
              maximum: 86_400_000,
              description: 'wait after which a neighbour is asked',
            }),
            unitsPer100000Persons: rate('units that neighbours lend at most at once', 10_000),
            extraTravelMs: Type.Integer({
              minimum: 0,
              maximum: 86_400_000,
              description: 'until a lent unit is at the border',
            }),
          },
          strict,
        ),
        shifts: shiftPlan(),
        /** One meal break in each shift; it needs `shifts`. */
        breaks: Type.Object(
          {
            enabled: Type.Boolean(),
            lengthMs: Type.Integer({ minimum: 60_000, maximum: 86_400_000 }),
            fromMs: Type.Integer({
              minimum: 0,
              maximum: 86_400_000,
              description: 'earliest, after the start of the shift',
            }),
            untilMs: Type.Integer({
              minimum: 0,
              maximum: 86_400_000,
              description: 'latest to begin, after the start of the shift',
            }),
          },
          strict,
        ),
      },
      strict,
    ),
    newsroom: Type.Object(
      {
        reviewersPerAgency: Type.Integer({ minimum: 1, maximum: 1000 }),
        reviewMsMean: rate('working time per ticket'),
        wrongRejectShare: share('of tickets fit to publish that are rejected'),
        wrongApproveShare: share('of tickets unfit to publish that are approved'),
      },
      strict,
    ),
    reactions: Type.Object(
      {
        enabled: Type.Boolean(),
        /** A preset other than `full` decides which mechanisms act, whatever their own switches say; docs/model/loop.md. */
        preset: Type.Union([
          Type.Literal('full'),
          Type.Literal('neutral'),
          Type.Literal('fatigue-only'),
          Type.Literal('fear-only'),
        ]),
        attention: mechanism('how far alerts make residents look at the next one'),
        fear: mechanism('how far alerts and posts make residents wary of strangers'),
        encounters: mechanism('how many harmless strangers come by, and may be reported'),
        fatigue: mechanism('how far many alerts a week make residents mute and quit'),
        posting: mechanism('how often residents post'),
        comments: mechanism('how often readers comment, which lifts a post back into view'),
        clips: mechanism('how often residents share clips, publicly or with police that ask'),
        adoption: mechanism('how fast wary residents buy doorbells'),
        openShare: share('of delivered alerts that are opened'),
        muteShare: share('of opened alerts after which the resident mutes, at 3.5 alerts a week'),
        quitShare: share('of opened alerts after which the resident leaves, at 3.5 alerts a week'),
        postShare: share('of opened alerts after which the resident posts'),
        commentShare: share('of threads seen on which the reader comments'),
        clipShare: share('of opened alerts after which a doorbell owner shares a clip publicly'),
        callShare: share('mean harmless encounters that a resident reports to 911 because of an opened alert'),
        postReaderCallShare: share('the same of a post seen'),
        adoptShare: share('of opened alerts after which a resident without a doorbell buys one'),
        videoRequestShare: share('of active cases for which police ask residents for video'),
        videoConsentShare: share('of owners asked for a clip that share it'),
        courtOrderShare: share('of video requests followed by a court order'),
        delayMsMean: rate('from alert to reaction'),
        fearHalfLifeMs: Type.Integer({ minimum: 60_000, maximum: 31_536_000_000 }),
        /** Tests the estimator of the branching ratio: while alerts are on, each call causes a Poisson number of further calls with this mean. */
        plantedRatio: Type.Number({ minimum: 0, maximum: 2 }),
      },
      strict,
    ),
    policy: Type.Object(
      {
        alerts: Type.Union([Type.Literal('on'), Type.Literal('off')]),
        preset: Type.Union([Type.Literal('us-eight'), Type.Literal('extended')]),
        incidentAgeMsMax: Type.Integer({ minimum: 1000, maximum: 604_800_000 }),
        futureMsMax: Type.Integer({ minimum: 0, maximum: 604_800_000 }),
        review: Type.Union([Type.Literal('auto'), Type.Literal('human')]),
        householdsMin: Type.Integer({ minimum: 0, maximum: 10_000 }),
        matching: Type.Union([Type.Literal('place'), Type.Literal('point')]),
        timeRoundingMs: Type.Integer({ minimum: 1, maximum: 86_400_000 }),
        sameEventMsMax: Type.Integer({ minimum: 0, maximum: 86_400_000 }),
        correctionMsMax: Type.Integer({ minimum: 0, maximum: 604_800_000 }),
        retainMs: Type.Integer({ minimum: 1000, maximum: 604_800_000 }),
      },
      strict,
    ),
    feeds: Type.Object(
      {
        batchMs: Type.Integer({ minimum: 1000, maximum: 86_400_000, description: 'period of CSV batches' }),
        pollMs: Type.Integer({ minimum: 1000, maximum: 86_400_000, description: 'period at which portals are polled' }),
        publishDelayMsMean: Type.Object(
          {
            eido: publishDelay,
            sf: publishDelay,
            seattle: publishDelay,
            dallas: publishDelay,
            tampa: publishDelay,
            milwaukee: publishDelay,
          },
          strict,
        ),
      },
      strict,
    ),
    faults: FaultsSchema,
    /** Options of a run against the wall clock (`load`); a run in virtual time ignores all of them. */
    load: Type.Object(
      {
        fromMs: Type.Integer({
          minimum: 0,
          maximum: 31_622_400_000,
          description: 'simulated time from the start to the opening of the window',
        }),
        durationMs: Type.Integer({ minimum: 1000, maximum: 604_800_000, description: 'wall time of the window' }),
        speed: Type.Number({ minimum: 0.01, maximum: 10_000, description: 'simulated seconds per wall second' }),
        connectedShareOfAppUsers: share('app users whose app is online when the window opens'),
        connectedShareOfDoorbells: share('doorbells that are online'),
        connectRampMs: Type.Integer({
          minimum: 0,
          maximum: 3_600_000,
          description: 'wall time over which they connect before the window opens',
        }),
        heartbeatMs: Type.Integer({
          minimum: 0,
          maximum: 604_800_000,
          description: 'simulated time between heartbeats of a doorbell; 0 none',
        }),
        storms: Type.Array(
          Type.Object(
            {
              atMs: Type.Integer({ minimum: 0, maximum: 604_800_000, description: 'wall time from the opening' }),
              share: share('of the connected residents that lose their connection at once'),
              awayMs: Type.Integer({ minimum: 0, maximum: 3_600_000, description: 'wall time until they come back' }),
              rampMs: Type.Integer({ minimum: 0, maximum: 3_600_000, description: 'wall time over which they do' }),
            },
            strict,
          ),
          { maxItems: 1000 },
        ),
        slowConsumers: Type.Object(
          {
            share: share('of the connected residents that read slowly'),
            bytesPerSecond: Type.Integer({ minimum: 0, maximum: 1_000_000_000 }),
          },
          strict,
        ),
      },
      strict,
    ),
    /** Greatest number of violations allowed; a run that exceeds one of them exits with 1. */
    budgets: Type.Object(
      {
        lost: rate(''),
        late: rate(''),
        duplicate: rate(''),
        misdelivered: rate(''),
        stale: rate(''),
        leaked: rate(''),
        reviewLeaks: rate('private strings in reviewers texts'),
        shed: rate(''),
        unaccountedFaults: rate(''),
      },
      strict,
    ),
  },
  strict,
);
/** A scenario that ScenarioSchema accepts. */
export type Scenario = Static<typeof ScenarioSchema>;
