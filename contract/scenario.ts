/**
 * A scenario: what to run, as typed data. Every option's unit stands in its name; ranges are checked before anything runs.
 * `--set path=value` overrides any leaf (`agencies.0.personsPerAgency=20000`, `policy.alerts=off`).
 */
import Type, { type Static } from 'typebox';

const strict = { additionalProperties: false };
const share = (description: string) => Type.Number({ minimum: 0, maximum: 1, description });
const rate = (description: string, maximum = 1e9) => Type.Number({ minimum: 0, maximum, description });
const publishDelay = rate('mean time from a change of a record to its publication');
const dialect = Type.Union([
  Type.Literal('eido'),
  Type.Literal('sf'),
  Type.Literal('seattle'),
  Type.Literal('dallas'),
  Type.Literal('tampa'),
  Type.Literal('milwaukee'),
]);

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
export type Faults = Static<typeof FaultsSchema>;

export const ScenarioSchema = Type.Object(
  {
    /** Part of a run's id and so of a folder's name. */
    name: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,63}$' }),
    description: Type.String({ pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]{0,500}$' }),
    startMs: Type.Integer({
      minimum: 946_684_800_000,
      maximum: 2_208_988_800_000,
      description: 'first simulated moment, UTC ms',
    }),
    durationDays: Type.Number({ exclusiveMinimum: 0, maximum: 366 }),
    agencies: Type.Array(
      Type.Object(
        {
          count: Type.Integer({ minimum: 1, maximum: 4096, description: 'agencies of this kind' }),
          dialect,
          personsPerAgency: Type.Integer({ minimum: 100, maximum: 10_000_000 }),
          /** Withdraws its feed after so many days; null never. */
          withdrawAfterDays: Type.Union([Type.Null(), Type.Number({ exclusiveMinimum: 0, maximum: 366 })]),
          /** Feed kind that replaces a withdrawn one; null none. */
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
      },
      strict,
    ),
    /** Open multipliers of event rates; call-takers and units are multiplied by `staffing`. */
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
      },
      strict,
    ),
    police: Type.Object(
      {
        unitsPer100000Persons: rate('patrol units on duty', 10_000),
        travelMetresPerSecond: Type.Number({ minimum: 0.1, maximum: 100 }),
        cancelShare: share('of records cancelled by the caller before arrival'),
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
        openShare: share('of delivered alerts that are opened'),
        muteShare: share('of opened alerts after which the resident mutes'),
        quitShare: share('of opened alerts after which the resident leaves'),
        postShare: share('of opened alerts after which the resident posts'),
        clipShare: share('of opened alerts after which a doorbell owner shares a clip'),
        callShare: share('of opened alerts after which the resident reports the next harmless stranger to 911'),
        postReaderCallShare: share('of posts seen that make the reader do so'),
        delayMsMean: rate('from alert to reaction'),
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
    /** How `load` runs it against the wall clock; virtual time ignores all of it. */
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
    /** Most violations allowed; a run above one of them exits 1. */
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
export type Scenario = Static<typeof ScenarioSchema>;
