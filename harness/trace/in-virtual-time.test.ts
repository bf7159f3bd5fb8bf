import { afterAll, describe, expect, it } from 'vitest';
import type { CreatePipeline } from '../../contract/pipeline.ts';
import { createPipeline } from '../../reference-impl/pipeline/pipeline.ts';
import { simulateGroup } from '../engine/simulate.ts';
import { resolveScenario } from '../options/resolve.ts';
import type { Trace } from './trace-api.ts';
import { record, recordNamed, removeTraces, SMALL_FAULTY } from './recording.testing.ts';
import { replayTrace } from './in-virtual-time.ts';

afterAll(removeTraces);

type SentAlert = { identifier: string; audience: Uint32Array; atMs: number };

function named(publishes: readonly SentAlert[]): string[] {
  return publishes.map((p) => `${p.atMs} ${p.identifier} ${p.audience.join()}`).sort();
}

describe('a trace that opens at the start', () => {
  it('gives the same messages as the world itself, across the borders of agencies too', async () => {
    // Half of the app's users soon change their settings, so that changes and alerts cross the borders at the same time.
    const small = ['agencies.0.personsPerAgency=4000', 'agencies.1.personsPerAgency=4000'];
    const sets = [...small, 'intensity.incidents=100', 'intensity.staffing=100', 'policy.preset=extended'];
    const moods = [
      'reactions.openShare=0.5',
      'reactions.muteShare=0.2',
      'reactions.quitShare=0.2',
      'people.appUserShareOfPersons=0.06',
    ];
    const scenario = { ...resolveScenario('smoke', [...sets, ...moods]), durationDays: 3 / 24 };
    const sent: SentAlert[] = [];
    const create: CreatePipeline = (config) => {
      const pipeline = createPipeline(config);
      return {
        ...pipeline,
        handle(input, nowMs) {
          const outputs = pipeline.handle(input, nowMs);
          for (const o of outputs)
            if (o.kind === 'publish')
              sent.push({ identifier: o.alert.identifier, audience: o.audience.slice(), atMs: nowMs });
          return outputs;
        },
      };
    };
    await simulateGroup(scenario, 5, create);
    const { trace, header } = await record(scenario, 0, 180, 5);
    const replayed = await replayTrace(trace);
    expect(named(replayed.publishes)).toEqual(named(sent));
    expect(sent.length).toBeGreaterThan(10);
    expect(header.inputs.preference).toBeGreaterThan(20);
    expect(header.inputs.review).toBeGreaterThan(5);
    const agencies = sent.map((p) => new Set(Array.from(p.audience, (id) => id >> 20)).size);
    expect(Math.max(...agencies)).toBe(2);
  });
});

describe('a trace of a faulty world', () => {
  it.each([
    ['from its start', 0, 180],
    ['opened later', 150, 150],
  ])(
    '%s explains everything that the pipeline does: there is no violation and no leak',
    async (_what, fromMin, windowMin) => {
      const { trace, shards } = await recordNamed('faulty', SMALL_FAULTY, fromMin, windowMin);
      const { judgement, publishes, posts, receipts } = await replayTrace(trace);
      expect(judgement.violations).toEqual([]);
      expect(judgement.leaks).toEqual([]);
      expect(judgement.wrongReceipts).toEqual([]);
      expect(judgement.owed.alertsNeverSent).toBe(0);
      const deliveries = publishes.reduce((n, p) => n + p.audience.length, 0);
      expect(judgement.verdicts).toEqual({ ...judgement.verdicts, delivered: deliveries, lost: 0, misdelivered: 0 });
      expect(publishes.filter((p) => p.msgType === 'Alert').length).toBeGreaterThan(3);
      expect(posts.length).toBe(trace.header.inputs.post);
      for (const outcome of ['accepted', 'duplicate', 'superseded', 'rejected'])
        expect(receipts[outcome]).toBeGreaterThan(0);
      // The truth of every alert is known: the trace holds the record of each.
      const world = shards.flatMap((s) => s.judgement.lines).filter((l) => l.sentMs >= trace.header.fromMs);
      const truths = new Map(world.filter((l) => l.msgType === 'Alert').map((l) => [l.incidents, l.truth]));
      const judged = judgement.lines.filter((l) => l.msgType === 'Alert' && truths.has(l.incidents));
      expect(judged.length).toBeGreaterThan(3);
      const differing = judged.filter((l) => l.truth !== truths.get(l.incidents));
      // The two may differ only about a duplicate whose first alert was sent before the window.
      expect(differing.every((l) => truths.get(l.incidents) === 'duplicate')).toBe(true);
    },
  );

  it('would be noticed if the truth were missing', async () => {
    const { trace } = await recordNamed('faulty', SMALL_FAULTY, 60, 60);
    const blind: Trace = {
      ...trace,
      truth: async function* () {
        for await (const line of trace.truth()) if (line.line !== 'manifest') yield line;
      },
    };
    const { judgement } = await replayTrace(blind);
    expect(judgement.wrongReceipts.length).toBeGreaterThan(20);
    expect(judgement.verdicts.misdelivered).toBeGreaterThan(0);
  });
});
