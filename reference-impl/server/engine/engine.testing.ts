/** A small town on a disk of its own for the tests of the engine: real pipeline, real database. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AgencyProfile } from '../../../contract/agency.ts';
import { onboardingOf, type Onboarding } from '../../../contract/onboarding.ts';
import type { PipelineInput } from '../../../contract/pipeline.ts';
import type { Policy } from '../../../contract/policy.ts';
import {
  eidoValue,
  START_MS,
  testAgency,
  testConfig,
  testRoster,
  type TestRecord,
} from '../../pipeline/testbed.testing.ts';
import type { Engine, Idempotency } from '../service-api.ts';
import { openEngine, type EngineLimits } from './engine.ts';
import { createLog } from '../log.ts';
import { createMetrics, type Metrics } from '../metrics.ts';

export const SECRET = 'a secret of sixteen or more';

/** A data folder that is to be removed. */
export function testFolder(): string {
  return join(mkdtempSync(join(tmpdir(), 'hundredblock-engine-')), 'data');
}

export function removeFolder(dataDir: string): void {
  rmSync(join(dataDir, '..'), { recursive: true, force: true });
}

/** One agency, `pd-0`, and residents 1 to 40 along W MAPLE ST, each with a radius a little larger than the one before. */
export function testDocument(policy: Partial<Policy> = {}, profile: Partial<AgencyProfile> = {}): Onboarding {
  const roster = testRoster(Array.from({ length: 40 }, (_, i) => [i * 100, 0, 200 + i * 10] as const));
  return onboardingOf(testConfig([{ ...testAgency('eido', policy), ...profile }], roster), SECRET, new Map());
}

export interface TestEngine {
  engine: Engine;
  metrics: Metrics;
  logLines: { level: string; code: string; [field: string]: unknown }[];
}

export interface TestEngineOptions {
  limits?: Partial<EngineLimits>;
  /** The host's clock; it stands at START_MS where it is left out. */
  wallMs?: () => number;
}

export function openTestEngine(
  dataDir: string,
  { limits, wallMs = () => START_MS }: TestEngineOptions = {},
): TestEngine {
  const logLines: TestEngine['logLines'] = [];
  const metrics = createMetrics();
  const log = createLog('debug', {
    write: (line) => logLines.push(JSON.parse(line) as TestEngine['logLines'][number]),
  });
  return { engine: openEngine({ dataDir, log, metrics, limits, wallMs }), metrics, logLines };
}

/** Burglary on W MAPLE ST, but for what `record` says. */
export function cad(messageId: string, record: Partial<TestRecord>, notes: string[] = []): PipelineInput {
  const value = eidoValue({ id: messageId, nature: '459', place: '2854 W MAPLE ST', ...record }, { notes });
  return { kind: 'cad', messageId, agency: 'pd-0', dialect: 'eido', body: JSON.stringify(value) };
}

/** The i-th of a stream of all kinds of inputs, each of them a function of its number alone: records that open, change and close, wishes, posts, decisions. */
export function scriptedInput(i: number): PipelineInput {
  const minute = Math.floor(scriptedMs(i) / 60_000 - START_MS / 60_000);
  const resident = 1 + ((i * 7) % 40);
  switch (i % 8) {
    case 3:
      return { kind: 'preference', change: { resident, radiusDm: 100 + ((i * 13) % 2000), muted: i % 3 === 0 } };
    case 5:
      return { kind: 'post', postId: `post-${i}`, resident, text: `seen anything, number ${i}?` };
    case 6:
      return { kind: 'motion', doorbell: i };
    case 7:
      return cad(`m${i}`, {
        id: `r${i - 7}`,
        minute,
        updatedMinute: minute,
        status: 'Closed',
        disposition: 'Unfounded',
      });
    default:
      return cad(`m${i}`, {
        id: `r${i - (i % 8)}`,
        nature: i % 16 < 8 ? '459' : '211',
        place: ['2854 W MAPLE ST', '54 W MAPLE ST', '512 N 5TH AVE'][i % 3],
        minute,
        updatedMinute: minute,
      });
  }
}

/** No answer is forgotten while a script of hours runs in seconds. */
export const SCRIPTED_LIMITS: Partial<EngineLimits> = { replyRetainMs: 24 * 3_600_000 };

export function scriptedKey(i: number): Idempotency {
  return { scope: 'agency:pd-0', key: `k${i}`, digest: String(i) };
}

/** When it is handed in. */
export function scriptedMs(i: number): number {
  return START_MS + i * 7000;
}

/** All that residents can fetch, each message once with the sequence that it has for each of them, and what the pipeline holds. */
export function outcome(engine: Engine) {
  const messages: string[] = [];
  const residents = engine.onboarding!.roster.ids.map((resident) => {
    for (const { sequence, published } of engine.messagesAfter(resident, 0, 100_000).messages)
      messages[published.id] = `${messages[published.id] ?? published.body} ${resident}:${sequence}`;
    return JSON.stringify([resident, engine.lastSequence(resident), engine.resident(resident)]);
  });
  const { records, groups, tickets } = engine.figures().pipeline;
  return { messages, residents, state: { records, groups, tickets }, tickets: engine.tickets() };
}
