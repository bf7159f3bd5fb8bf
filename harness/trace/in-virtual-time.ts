/** Sends a trace through the reference pipeline in virtual time, in which nothing takes any time. */
import type { PipelineOutput } from '../../contract/pipeline.ts';
import { pipelineConfigOf } from '../../contract/onboarding.ts';
import { createPipeline } from '../../reference-impl/pipeline/pipeline.ts';
import { createOracle } from '../../oracle/oracle.ts';
import { LATENESS_MS_MAX } from '../engine/plan.ts';
import type { Replayed, ReplayTrace } from './trace-api.ts';
import { loadTruth, tellDoor, tellPrivates, toPipelineInput } from './truth.ts';

/** See ReplayTrace. */
export const replayTrace: ReplayTrace = async (trace, known) => {
  const truth = known ?? (await loadTruth(trace));
  // Pipeline and oracle each get columns of their own: the pipeline may change them, and those of the oracle must not follow.
  const pipeline = createPipeline(pipelineConfigOf(trace.onboarding));
  const oracle = createOracle({
    ...pipelineConfigOf(trace.onboarding),
    toleranceMs: 0,
    latenessMsMax: LATENESS_MS_MAX,
  });
  const replayed: Omit<Replayed, 'judgement'> = { publishes: [], posts: [], receipts: {} };

  const take = (outputs: readonly PipelineOutput[], atMs: number): void => {
    for (const output of outputs) {
      oracle.observe(output, atMs);
      note(replayed, output, atMs);
    }
  };
  for await (const { input } of trace.inputs()) {
    const { atMs } = input;
    const pipelineInput = toPipelineInput(input);
    if (pipelineInput === null) continue;
    for (let wakeMs = pipeline.nextWakeMs(); wakeMs < atMs; wakeMs = pipeline.nextWakeMs())
      take(pipeline.handle({ kind: 'wake' }, wakeMs), wakeMs);
    tellPrivates(oracle, truth, input);
    tellDoor(oracle, truth, pipelineInput, atMs);
    take(pipeline.handle(pipelineInput, atMs), atMs);
  }
  return { ...replayed, judgement: oracle.judge(truth.view) };
};

// --- internal ---

function note(replayed: Omit<Replayed, 'judgement'>, output: PipelineOutput, atMs: number): void {
  switch (output.kind) {
    case 'publish': {
      const { identifier, incidents, msgType } = output.alert;
      replayed.publishes.push({ identifier, incidents, msgType, audience: output.audience, atMs });
      return;
    }
    case 'post':
      replayed.posts.push({ postId: output.postId, text: output.text, audience: output.audience, atMs });
      return;
    case 'receipt':
      for (const { outcome } of output.rows) replayed.receipts[outcome] = (replayed.receipts[outcome] ?? 0) + 1;
      return;
    case 'review-request':
    case 'review-withdrawn':
    case 'suppressed':
    case 'withheld':
    case 'log':
      return;
  }
}
