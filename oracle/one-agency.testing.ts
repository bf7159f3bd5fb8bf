/** One agency, five residents and one-line messages, for tests whose expectations are worked out by hand. */
import type { AgencyProfile } from '../contract/agency.ts';
import type { ManifestRow, MessageManifest } from '../contract/manifest.ts';
import type { PipelineInput } from '../contract/pipeline.ts';
import { DEFAULT_POLICY, type Policy } from '../contract/policy.ts';
import type { Roster } from '../contract/roster.ts';
import { MINUTE_MS, utcMs } from '../contract/time.ts';
import type { OracleConfig } from './oracle-api.ts';
import { makeGazetteer } from './scene.testing.ts';

/** Monday noon, UTC: every scene begins here. */
export const T0 = utcMs(2026, 6, 1, 12);

/** The moment a number of minutes after `T0`, ms. */
export function minutes(n: number): number {
  return T0 + n * MINUTE_MS;
}

/** An agency with the default policy, but without review. */
export function agency(policy: Partial<Policy> = {}, change: Partial<AgencyProfile> = {}): AgencyProfile {
  return {
    id: 'pd-000',
    name: 'Synthetic Police Department 000',
    zone: 'America/Chicago',
    feeds: [{ fromMs: 0, dialect: 'tampa' }],
    natures: {
      tampa: {
        SHOTS: { category: 'shots-fired', community: true },
        ROBBERY: { category: 'robbery', community: true },
        NOISE: { category: null, community: true },
        DOMESTIC: { category: 'stabbing', community: false },
        FIRE: { category: 'fire', community: true },
      },
      dallas: {
        SHOTS: { category: 'shots-fired', community: true },
        ROBBERY: { category: 'robbery', community: true },
      },
    },
    gazetteer: makeGazetteer(0),
    places: 'strict',
    policies: [{ fromMs: 0, policy: { ...DEFAULT_POLICY, review: 'auto', ...policy } }],
    ...change,
  };
}

/** Residents 0 to 4 live along the line y = 1000 at x = 0, 2000, 4000, 6000 and 8000 dm. Their radius is 150 m. */
export function roster(): Roster {
  return {
    ids: Uint32Array.of(0, 1, 2, 3, 4),
    x: Int32Array.of(0, 2000, 4000, 6000, 8000),
    y: Int32Array.of(1000, 1000, 1000, 1000, 1000),
    radiusDm: Int32Array.of(1500, 1500, 1500, 1500, 1500),
    categories: Uint16Array.of(0x3fff, 0x3fff, 0x3fff, 0x3fff, 0x3fff),
    flags: Uint8Array.of(0, 0, 0, 0, 0),
  };
}

/** An oracle's configuration for one agency; nothing may be later than a minute. */
export function config(profile: AgencyProfile, toleranceMs = 0): OracleConfig {
  return {
    agencies: [profile],
    roster: roster(),
    runKey: 'hand',
    bodyLengthMax: 1000,
    toleranceMs,
    latenessMsMax: MINUTE_MS,
  };
}

/** The block `<hundred> E OAK AVE`, which lies along y = 1000. */
export function onOak(hundred: number): ManifestRow['location'] {
  return { kind: 'block', hundred, street: 'E OAK AVE', text: `${hundred / 100}XX E OAK AVE` };
}

/** A row about record `A` of `T0`: shots on 300 E OAK AVE, x from 3000 to 4000 dm, within the radius of residents 1 and 2. */
export function row(change: Partial<ManifestRow> = {}): ManifestRow {
  return {
    row: 0,
    wellFormed: true,
    recordId: 'A',
    incidentMs: T0,
    updatedMs: T0,
    nature: 'SHOTS',
    status: 'open',
    disposition: 'none',
    location: onOak(300),
    ...change,
  };
}

/** A message of these rows, readable and of dialect tampa unless changed, with its manifest. */
export function message(
  rows: ManifestRow[],
  change: Partial<MessageManifest> = {},
): { input: PipelineInput & { kind: 'cad' }; manifest: MessageManifest } {
  const manifest: MessageManifest = {
    messageId: 'm',
    agency: 'pd-000',
    dialect: 'tampa',
    snapshot: false,
    readable: true,
    rows,
    ...change,
  };
  return {
    input: {
      kind: 'cad',
      messageId: manifest.messageId,
      agency: manifest.agency,
      dialect: manifest.dialect,
      body: '{}',
    },
    manifest,
  };
}
