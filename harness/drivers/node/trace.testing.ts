/** Traces made by hand for tests of the driver: they hold only what a driver looks at. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Onboarding } from '../../../contract/onboarding.ts';
import type { Scenario } from '../../../contract/scenario.ts';
import { TRACE_SCHEMA, type TraceHeader, type TraceInput } from '../../../contract/trace.ts';

/** The window's start, unless a trace says otherwise. */
export const FROM_MS = 1_767_225_600_000;

/** A trace as a test gives it. */
export interface HandTrace {
  /** Inputs before the window, all at FROM_MS - 1. */
  preamble?: TraceInput[];
  /** Inputs of the window, in order of time, from FROM_MS on. */
  window: TraceInput[];
  /** Length of the window, platform ms. */
  windowMs: number;
  agencies?: string[];
  /** Agencies with a portal, and when it is polled. */
  portals?: Record<string, { everyMs: number; offsetMs: number }>;
  load?: Partial<Scenario['load']>;
  fromMs?: number;
  /** The onboarding; by default one that says no more of agencies than it must. */
  onboarding?: Onboarding;
}

/** Writes a trace to a folder. */
export function writeTrace(dir: string, trace: HandTrace): void {
  const { preamble = [], window, windowMs, agencies = ['pd-000'], portals = {}, load = {}, fromMs = FROM_MS } = trace;
  mkdirSync(join(dir, 'truth'), { recursive: true });
  const files: Record<string, string> = {
    'onboarding.json': JSON.stringify(trace.onboarding ?? onboardingOf(agencies, portals)),
    'inputs.jsonl': [...preamble, ...window].map((input) => `${JSON.stringify(input)}\n`).join(''),
    'truth/truth.jsonl': '',
  };
  const inputs: Record<string, number> = {};
  for (const { kind } of window) inputs[kind] = (inputs[kind] ?? 0) + 1;
  const header: TraceHeader = {
    schema: TRACE_SCHEMA,
    seed: 1,
    scenario: {
      load: { connectRampMs: 0, slowConsumers: { share: 0, bytesPerSecond: 1000 }, storms: [], ...load },
    },
    fromMs,
    untilMs: fromMs + windowMs,
    preamble: preamble.length,
    inputs,
    residents: preamble.filter(({ kind }) => kind === 'connect').length,
    doorbells: preamble.filter(({ kind }) => kind === 'attach').length,
    sha256: Object.fromEntries(
      Object.entries(files).map(([name, text]) => [name, createHash('sha256').update(text).digest('hex')]),
    ),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
  writeFileSync(join(dir, 'trace.json'), JSON.stringify(header));
}

/** Residents that are online when the window opens. */
export function online(count: number): TraceInput[] {
  return Array.from({ length: count }, (_, resident) => ({ atMs: FROM_MS - 1, kind: 'connect', resident }));
}

/** CAD messages of one agency, `everyMs` apart. */
export function messages(count: number, everyMs: number, agency = 'pd-000', firstMs = 0): TraceInput[] {
  return Array.from({ length: count }, (_, i) => ({
    atMs: FROM_MS + firstMs + i * everyMs,
    kind: 'cad',
    agency,
    dialect: 'eido',
    messageId: `${agency}-${i}`,
    body: JSON.stringify({ n: i, padding: 'x'.repeat(200) }),
  }));
}

// --- internal ---

function onboardingOf(agencies: readonly string[], portals: NonNullable<HandTrace['portals']>): Onboarding {
  return {
    schema: 'hundredblock.onboarding/1.0',
    runKey: 'a run key',
    credentialSecret: 'a secret of a synthetic town',
    bodyLengthMax: 1_000_000,
    agencies: agencies.map((id) => ({
      id,
      name: id,
      zone: 'America/Denver',
      feeds: [{ fromMs: 0, dialect: portals[id] === undefined ? 'eido' : 'dallas' }],
      portal: portals[id] === undefined ? null : { url: '', ...portals[id] },
      natures: {},
      gazetteer: {},
      places: 'strict',
      policies: [{ fromMs: 0, policy: {} }],
    })),
    roster: { ids: [], x: [], y: [], radiusDm: [], categories: [], flags: [] },
  };
}
