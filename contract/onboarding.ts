/**
 * The onboarding document, which a platform receives before it serves: agencies with their places and policies, residents with homes and wishes, and the keys.
 * It is one JSON document (`PUT /v1/harness/onboarding`, or a file), so that any target can be told the same.
 */
import Type, { type Static } from 'typebox';
import type { AgencyProfile } from './agency.ts';
import { DIALECTS, type Dialect } from './catalogue.ts';
import type { PipelineConfig } from './pipeline.ts';
import type { Roster } from './roster.ts';

/** Value of the document's `schema`. A reader refuses any other. */
export const ONBOARDING_SCHEMA = 'hundredblock.onboarding/1.0';

const strict = { additionalProperties: false };
const Column = (description: string) => Type.Array(Type.Integer(), { description });

/** A public portal that the platform polls. */
export const PortalSchema = Type.Object(
  {
    url: Type.String({ description: "address of the portal's snapshot; only http on loopback" }),
    everyMs: Type.Integer({ minimum: 1000, description: 'poll period, platform ms' }),
    /** Polls are due at the platform times t (UTC ms) for which t - offsetMs is a multiple of everyMs. */
    offsetMs: Type.Integer({ minimum: 0 }),
  },
  strict,
);
/** A portal that PortalSchema accepts. */
export type Portal = Static<typeof PortalSchema>;

/** The document's shape. A platform checks more than this: that columns fit one another, and that policies reach back no further than it keeps inputs. */
export const OnboardingSchema = Type.Object(
  {
    schema: Type.String(),
    /** Key of the HMAC that makes the keys of alerts (AlertSchema, `incidents`). */
    runKey: Type.String({ minLength: 1, maxLength: 256 }),
    /** The secret from which all credentials follow (contract/credentials.ts). */
    credentialSecret: Type.String({ minLength: 16, maxLength: 256 }),
    /** Longest CAD message body that is taken, in UTF-16 units. */
    bodyLengthMax: Type.Integer({ minimum: 1024 }),
    agencies: Type.Array(
      Type.Object(
        {
          id: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,63}$' }),
          name: Type.String({ minLength: 1, maxLength: 200 }),
          zone: Type.String(),
          feeds: Type.Array(
            Type.Object({ fromMs: Type.Integer(), dialect: Type.Unsafe<Dialect>({ enum: [...DIALECTS] }) }, strict),
          ),
          /** The agency's portal, which is polled while the feed in force is a portal; null if it has none. */
          portal: Type.Union([PortalSchema, Type.Null()]),
          /** For each dialect: native nature texts, each with its NatureRule `{category, community}`. */
          natures: Type.Record(Type.String(), Type.Record(Type.String(), Type.Unknown())),
          /** The Gazetteer of contract/gazetteer.ts, with its columns as plain arrays. */
          gazetteer: Type.Unknown(),
          places: Type.Union([Type.Literal('strict'), Type.Literal('text')]),
          /** Entries of DatedPolicy (contract/policy.ts), in ascending order of time. */
          policies: Type.Array(Type.Object({ fromMs: Type.Number(), policy: Type.Unknown() }, strict), { minItems: 1 }),
        },
        strict,
      ),
    ),
    roster: Type.Object(
      {
        ids: Column('resident ids, ascending'),
        x: Column('home, dm east'),
        y: Column('home, dm north'),
        radiusDm: Column('alert radius around the home, dm'),
        categories: Column('bit i set: wants CATEGORIES[i]'),
        flags: Column('1 muted, 2 quit'),
      },
      strict,
    ),
  },
  strict,
);
/** A document that OnboardingSchema accepts. */
export type Onboarding = Static<typeof OnboardingSchema>;

/** The onboarding document of these agencies, residents and keys. `portals` are by agency id. */
export function onboardingOf(
  config: PipelineConfig,
  credentialSecret: string,
  portals: ReadonlyMap<string, Portal>,
): Onboarding {
  const { roster } = config;
  return {
    schema: ONBOARDING_SCHEMA,
    runKey: config.runKey,
    credentialSecret,
    bodyLengthMax: config.bodyLengthMax,
    agencies: config.agencies.map((agency) => ({
      ...agency,
      natures: agency.natures as Record<string, Record<string, unknown>>,
      portal: portals.get(agency.id) ?? null,
      gazetteer: Object.fromEntries(
        Object.entries(agency.gazetteer).map(([name, value]) => [
          name,
          ArrayBuffer.isView(value) ? Array.from(value as Int32Array) : (value as unknown),
        ]),
      ),
    })),
    roster: {
      ids: Array.from(roster.ids),
      x: Array.from(roster.x),
      y: Array.from(roster.y),
      radiusDm: Array.from(roster.radiusDm),
      categories: Array.from(roster.categories),
      flags: Array.from(roster.flags),
    },
  };
}

/** The configuration of a pipeline, read from an onboarding document. The document must be one that OnboardingSchema and the platform's own checks accept. */
export function pipelineConfigOf(document: Onboarding): PipelineConfig {
  return {
    runKey: document.runKey,
    bodyLengthMax: document.bodyLengthMax,
    agencies: document.agencies.map(({ portal: _portal, gazetteer, ...agency }) => ({
      ...(agency as unknown as Omit<AgencyProfile, 'gazetteer'>),
      gazetteer: gazetteerOf(gazetteer as Record<string, unknown>),
    })),
    roster: rosterOf(document.roster),
  };
}

// --- internal ---

const GAZETTEER_COLUMNS = {
  blockStreet: Uint16Array,
  blockHundred: Uint16Array,
  blockBox: Int32Array,
  blockHouseholds: Uint16Array,
  blockArea: Uint16Array,
  crossingStreetA: Uint16Array,
  crossingStreetB: Uint16Array,
  crossingX: Int32Array,
  crossingY: Int32Array,
  crossingHouseholds: Uint16Array,
  crossingArea: Uint16Array,
} as const;

function gazetteerOf(plain: Record<string, unknown>): AgencyProfile['gazetteer'] {
  const columns = Object.entries(GAZETTEER_COLUMNS).map(([name, Kind]) => [name, Kind.from(plain[name] as number[])]);
  return { ...plain, ...Object.fromEntries(columns) } as AgencyProfile['gazetteer'];
}

function rosterOf(plain: Onboarding['roster']): Roster {
  return {
    ids: Uint32Array.from(plain.ids),
    x: Int32Array.from(plain.x),
    y: Int32Array.from(plain.y),
    radiusDm: Int32Array.from(plain.radiusDm),
    categories: Uint16Array.from(plain.categories),
    flags: Uint8Array.from(plain.flags),
  };
}
