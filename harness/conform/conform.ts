/** Runs the conformance checks against a target, one by one, each in a test town of its own (docs/reference/contract.md). */
import { randomBytes } from 'node:crypto';
import { HundredblockError } from '../../contract/errors.ts';
import { PATHS } from '../../contract/wire.ts';
import type { Check, CheckGroup, Finding, State } from './check.ts';
import { LeftOut, Missed, NoAnswer } from './outcome.ts';
import { authChecks } from './checks/auth.ts';
import { clockChecks } from './checks/clock.ts';
import { deviceChecks } from './checks/devices.ts';
import { idempotencyChecks } from './checks/idempotency.ts';
import { ingestChecks } from './checks/ingest.ts';
import { limitChecks } from './checks/limits.ts';
import { onboardingChecks } from './checks/onboarding.ts';
import { portalChecks } from './checks/portals.ts';
import { postChecks } from './checks/posts.ts';
import { preferenceChecks } from './checks/preferences.ts';
import { privacyChecks } from './checks/privacy.ts';
import { resumeChecks } from './checks/resume.ts';
import { reviewChecks } from './checks/review.ts';
import { ruleChecks } from './checks/rules.ts';
import { streamChecks } from './checks/stream.ts';
import { createClient } from './client.ts';
import { type TestTarget, openTestTown, type TestTown } from './test-town.ts';

/** All groups of checks in the order in which they run. Privacy comes last, because it looks at every refusal before it. */
export const CHECK_GROUPS: readonly CheckGroup[] = [
  onboardingChecks,
  authChecks,
  ingestChecks,
  idempotencyChecks,
  streamChecks,
  resumeChecks,
  preferenceChecks,
  postChecks,
  reviewChecks,
  clockChecks,
  portalChecks,
  deviceChecks,
  ruleChecks,
  limitChecks,
  privacyChecks,
];

/** The target and the checks to run against it. */
export interface ConformOptions {
  /** A loopback address. */
  target: URL;
  /** URL of the target's MQTT broker; null: checks of doorbells are skipped. */
  mqtt: string | null;
  harnessKey: string;
  /** Names of groups, or `<group>.<check>`; empty: all checks run. */
  only: readonly string[];
  /** How long to wait for an answer or a message that must come. */
  patienceMs: number;
  signal: AbortSignal;
  onFinding(finding: Finding): void;
}

/** Resolves with all findings in order; once `signal` aborts, no further check runs. Throws HB_TARGET if the target can't be onboarded. */
export async function conform(options: ConformOptions): Promise<Finding[]> {
  const client = createClient(options.target);
  const canary = `Canary${randomBytes(6).toString('hex')}`;
  const { harnessKey, mqtt, patienceMs } = options;
  const target: TestTarget = { client, harnessKey, mqtt, canary, patienceMs, hasClock: false };
  const findings: Finding[] = [];
  try {
    await meet(target);
    let silent = 0;
    for (const { group, check, id } of checksNamed(options.only)) {
      if (options.signal.aborted) break;
      const outcome = silent < SILENT_MAX ? await runCheck(target, group, check) : NOT_RUN;
      silent = outcome.silent ? silent + 1 : 0;
      const finding: Finding = { id, says: check.says, state: outcome.state, found: outcome.found };
      findings.push(finding);
      options.onFinding(finding);
    }
  } finally {
    await client.close();
  }
  return findings;
}

// --- internal ---

/** Finds out whether the target answers, can be onboarded with a test town, and has a clock. */
async function meet(target: TestTarget): Promise<void> {
  try {
    const clock = await target.client.send('GET', PATHS.clock, { token: target.harnessKey });
    target.hasClock = clock.status !== 404;
    await (await openTestTown(target)).close();
  } catch (error) {
    if (!(error instanceof Missed)) throw error;
    throw new HundredblockError(
      'HB_TARGET',
      `${target.client.url.origin}: expected a target that can be onboarded with this harness key, found: ${error.message}`,
    );
  }
}

interface Outcome {
  state: State;
  found: string;
  /** True if the target gave no answer at all. */
  silent: boolean;
}

/** After this number of checks in a row without any answer, the others are not run. */
const SILENT_MAX = 3;
const NOT_RUN: Outcome = { state: 'skip', found: 'not run: the target no longer answers', silent: true };

function checksNamed(only: readonly string[]): { group: CheckGroup; check: Check; id: string }[] {
  const all = CHECK_GROUPS.flatMap((group) =>
    group.checks.map((check) => ({ group, check, id: `${group.name}.${check.name}` })),
  );
  return all.filter(({ group, id }) => only.length === 0 || only.includes(group.name) || only.includes(id));
}

/** Each check has a test town of its own, so that no check can make the next one pass or fail. */
async function runCheck(target: TestTarget, group: CheckGroup, check: Check): Promise<Outcome> {
  let town: TestTown | null = null;
  try {
    town = await openTestTown(target, group.town);
    return { state: 'pass', found: await check.run(town), silent: false };
  } catch (error) {
    if (error instanceof LeftOut) return { state: 'skip', found: error.message, silent: false };
    if (error instanceof Missed) return { state: 'fail', found: error.message, silent: error instanceof NoAnswer };
    // The answer was so odd that the check itself failed; the other checks still run.
    return { state: 'fail', found: `an answer that can't be read (${(error as Error).name})`, silent: false };
  } finally {
    await town?.close();
  }
}
