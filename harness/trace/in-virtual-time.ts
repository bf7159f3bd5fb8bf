/** A trace through the reference pipeline in virtual time: what the same inputs come to where nothing takes any time. */
import type { PipelineOutput } from '../../contract/pipeline.ts';
import { pipelineConfigOf } from '../../contract/onboarding.ts';
import { createPipeline } from '../../reference-impl/pipeline/pipeline.ts';
import { createOracle } from '../../oracle/oracle.ts';
import { LATENESS_MS_MAX } from '../engine/shard.ts';
import type { Replayed, ReplayTrace } from './trace-api.ts';
import { loadTruth, pipelineInputOf, tellDoor, tellPrivates } from './truth.ts';

export const replayTrace: ReplayTrace = async (trace, known) => {
  const truth = known ?? (await loadTruth(trace));
  // Each has columns of its own: a pipeline may change them, and the oracle's must not follow.
  const pipeline = createPipeline(pipelineConfigOf(trace.onboarding));
  const oracle = createOracle({
    ...pipelineConfigOf(trace.onboarding),
    toleranceMs: 0,
    latenessMsMax: LATENESS_MS_MAX,
  });
  const found: Omit<Replayed, 'judgement'> = { publishes: [], posts: [], receipts: {} };

  const see = (outputs: readonly PipelineOutput[], atMs: number): void => {
    for (const output of outputs) {
      oracle.observe(output, atMs);
      note(found, output, atMs);
    }
  };
  for await (const { input } of trace.inputs()) {
    const { atMs } = input;
    const given = pipelineInputOf(input);
    if (given === null) continue;
    for (let wakeMs = pipeline.nextWakeMs(); wakeMs < atMs; wakeMs = pipeline.nextWakeMs())
      see(pipeline.handle({ kind: 'wake' }, wakeMs), wakeMs);
    tellPrivates(oracle, truth, input);
    tellDoor(oracle, truth, given, atMs);
    see(pipeline.handle(given, atMs), atMs);
  }
  return { ...found, judgement: oracle.judge(truth.view) };
};

// --- internal ---

function note(found: Omit<Replayed, 'judgement'>, output: PipelineOutput, atMs: number): void {
  switch (output.kind) {
    case 'publish': {
      const { identifier, incidents, msgType } = output.alert;
      found.publishes.push({ identifier, incidents, msgType, audience: output.audience, atMs });
      return;
    }
    case 'post':
      found.posts.push({ postId: output.postId, text: output.text, audience: output.audience, atMs });
      return;
    case 'receipt':
      for (const { outcome } of output.rows) found.receipts[outcome] = (found.receipts[outcome] ?? 0) + 1;
      return;
    case 'review-request':
    case 'review-withdrawn':
    case 'suppressed':
    case 'withheld':
    case 'log':
      return;
  }
}
