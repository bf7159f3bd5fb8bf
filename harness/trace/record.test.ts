import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pipelineConfigOf } from '../../contract/onboarding.ts';
import { RESIDENTS_PER_AGENCY_MAX, ROSTER_MUTED, ROSTER_QUIT } from '../../contract/roster.ts';
import type { TraceInput } from '../../contract/trace.ts';
import { MINUTE_MS } from '../../contract/time.ts';
import { createPipeline } from '../../reference-impl/pipeline/pipeline.ts';
import { simulate } from '../engine/simulate.ts';
import { resolveScenario } from '../options/resolve.ts';
import { recordTrace } from './record.ts';
import { inputsOf, only, record, recordNamed, removeTraces, SMALL_FAULTY, truthOf } from './recording.testing.ts';
import { FILES } from './trace-file.ts';
import { loadTruth, toPipelineInput } from './truth.ts';
import { readRecorded } from './world.ts';

afterAll(removeTraces);

const FROM_MIN = 3 * 60;
const WINDOW_MIN = 2 * 60;
let whole: Awaited<ReturnType<typeof recordNamed>>;
let late: Awaited<ReturnType<typeof recordNamed>>;
let wholeInputs: TraceInput[];
let lateInputs: TraceInput[];

beforeAll(async () => {
  whole = await recordNamed('faulty', SMALL_FAULTY, 0, FROM_MIN + WINDOW_MIN);
  late = await recordNamed('faulty', SMALL_FAULTY, FROM_MIN, WINDOW_MIN);
  wholeInputs = await inputsOf(whole.trace);
  lateInputs = await inputsOf(late.trace);
}, 180_000);

describe('recording', () => {
  it('does not change the world', async () => {
    const scenario = { ...resolveScenario('faulty', [...SMALL_FAULTY]), durationDays: (FROM_MIN + WINDOW_MIN) / 1440 };
    const { shards } = await simulate({ scenario, seed: 1, workers: 1 });
    const hashes = shards.map((s) => s.historyHash);
    expect(whole.shards.map((s) => s.historyHash)).toEqual(hashes);
    expect(late.shards.map((s) => s.historyHash)).toEqual(hashes);
    expect(late.shards.map((s) => s.judgement.verdicts)).toEqual(shards.map((s) => s.judgement.verdicts));
  });

  it('gives the same bytes again, in any time zone', async () => {
    const zone = process.env.TZ;
    process.env.TZ = 'Pacific/Apia';
    try {
      expect(new Date(0).getHours()).not.toBe(new Date(0).getUTCHours());
      const again = await recordNamed('faulty', SMALL_FAULTY, FROM_MIN, WINDOW_MIN);
      expect(again.trace.sha256).toBe(late.trace.sha256);
    } finally {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    }
    const other = await recordNamed('faulty', SMALL_FAULTY, 0, 10, 2);
    expect(Object.values(other.header.sha256)).not.toContain(late.header.sha256['inputs.jsonl']);
  });

  it('loses no input at the opening: a window holds the end of what an earlier, longer one holds', () => {
    const sent = (inputs: readonly TraceInput[]) =>
      inputs.filter((i) => i.atMs >= late.header.fromMs && i.kind !== 'heartbeat' && i.kind !== 'clip');
    const wanted = sent(wholeInputs).filter((i) => i.kind !== 'snapshot' || i.polledMs >= late.header.fromMs);
    expect(sent(lateInputs)).toEqual(wanted);
    expect(wanted.length).toBeGreaterThan(500);
  });

  it('counts what it wrote, in order of time and agency', () => {
    const { header } = late;
    const counts: Record<string, number> = {};
    for (const input of lateInputs.slice(header.preamble)) counts[input.kind] = (counts[input.kind] ?? 0) + 1;
    expect(header.inputs).toEqual(counts);
    expect(Object.keys(counts)).toEqual(
      expect.arrayContaining(['cad', 'snapshot', 'motion', 'clip', 'heartbeat', 'post', 'preference']),
    );
    expect(lateInputs.slice(0, header.preamble).every((i) => i.atMs === header.fromMs - 1)).toBe(true);
    const window = lateInputs.slice(header.preamble);
    expect(window.every((i) => i.atMs >= header.fromMs && i.atMs < header.untilMs)).toBe(true);
    expect(header.untilMs - header.fromMs).toBe(WINDOW_MIN * MINUTE_MS);
    expect(header.scenario).toEqual(resolveScenario('faulty', [...SMALL_FAULTY]));
  });

  it("keeps the world's own results, to the last digit", async () => {
    const { shards, ...rest } = await readRecorded(late.trace);
    expect(rest).toEqual({ header: late.header, partial: false });
    // JSON differs between typed and plain arrays and shows every digit. Only a negative zero looks like zero, as in every file of a run.
    expect(JSON.stringify(shards)).toBe(JSON.stringify(late.shards));
    for (const { police, centre } of shards) {
      const samples = [
        police.busyMsByUnit,
        centre.answerMs,
        ...Object.values({ ...police.responseMs, ...police.queueMs }),
      ];
      expect(samples.every((values) => values instanceof Float64Array)).toBe(true);
    }
    // The name in the file, which older traces have too.
    expect(readFileSync(join(late.trace.dir, FILES.world), 'utf8')).toContain('"duty":{"alerts":');
    const numbers = shards.flatMap((s) => [...s.police.busyMsByUnit, ...s.centre.answerMs]);
    expect(numbers.every(Number.isFinite)).toBe(true);
    expect(numbers.some((n) => n > 0)).toBe(true);
  });

  it('leaves out the snapshots that no poll can get, and counts them', () => {
    const snapshots = only(wholeInputs, 'snapshot');
    expect(snapshots.length).toBeGreaterThan(400);
    expect(snapshots.some((s) => s.messageId.endsWith('-d'))).toBe(false);
    expect(new Set(snapshots.map((s) => `${s.agency} ${s.polledMs}`)).size).toBe(snapshots.length);
    expect(whole.header.leftOut?.['snapshots delivered twice']).toBeGreaterThan(0);
    // Their first deliveries are there, and so are the copies of pushed messages.
    expect(only(wholeInputs, 'cad').some((m) => m.messageId.endsWith('-d'))).toBe(true);
  });

  it('refuses an impossible window', async () => {
    const scenario = resolveScenario('smoke', []);
    const at = (fromMs: number, windowMs: number) =>
      recordTrace({ scenario, seed: 1, fromMs, windowMs, dir: '/nowhere' });
    await expect(at(scenario.startMs - 1, MINUTE_MS)).rejects.toThrow(/window start: expected .* found 2026-05-31/);
    await expect(at(scenario.startMs, 0.5)).rejects.toThrow(/window length: expected .* found 0.5 ms/);
    await expect(at(scenario.startMs, 30_000)).rejects.toThrow(/window end: expected one minute to 366 days/);
  });

  it('ends with a readable trace when it is interrupted', async () => {
    const controller = new AbortController();
    const scenario = resolveScenario('smoke', []);
    const options = { scenario, seed: 1, fromMs: scenario.startMs + 60 * MINUTE_MS, windowMs: 600 * MINUTE_MS };
    const { dir } = (await record(scenario, 0, 1)).trace;
    const stop = () => controller.abort();
    const { header, partial, shards } = await recordTrace({
      ...options,
      dir,
      signal: controller.signal,
      onProgress: (_fraction, ms) => (ms >= options.fromMs + 120 * MINUTE_MS ? stop() : undefined),
    });
    expect(partial).toBe(true);
    expect(header.untilMs).toBe(options.fromMs + 120 * MINUTE_MS);
    expect(shards.length).toBe(2);
  });
});

describe('the preamble', () => {
  it('makes a platform know exactly the records that are open and not forgotten', async () => {
    const { fromMs, preamble } = late.header;
    const truth = await loadTruth(whole.trace);
    const config = pipelineConfigOf(late.trace.onboarding);
    const messages = only(lateInputs.slice(0, preamble), 'cad');
    /** A platform that was sent the preamble of an agency. */
    const prepared = (agency: string) => {
      const pipeline = createPipeline(config);
      for (const message of messages.filter((m) => m.agency === agency))
        for (const out of pipeline.handle(toPipelineInput(message)!, fromMs - 1)) expect(out.kind).not.toBe('publish');
      return pipeline;
    };
    const retainMs = config.agencies[0].policies[0].policy.retainMs;
    let open = 0;
    let batched = 0;
    for (const agency of config.agencies) {
      const dialect = agency.feeds.findLast((f) => f.fromMs < fromMs)!.dialect;
      const last = new Map<string, { input: Extract<TraceInput, { kind: 'cad' }>; row: number; open: boolean }>();
      const stamps = new Map<string, number>();
      for (const input of only(wholeInputs, 'cad')) {
        if (input.agency !== agency.id || input.dialect !== dialect || input.atMs >= fromMs) continue;
        if (input.atMs + retainMs <= fromMs - 1) continue;
        for (const row of truth.manifest(input.messageId)!.rows) {
          if (!row.wellFormed || (row.updatedMs ?? 0) < (stamps.get(row.recordId) ?? 0)) continue;
          stamps.set(row.recordId, row.updatedMs ?? 0);
          last.set(row.recordId, { input, row: row.row, open: row.status === 'open' });
        }
      }
      for (const { input, row, open: isOpen } of last.values()) {
        const receipt = prepared(agency.id)
          .handle(toPipelineInput(input)!, fromMs - 1)
          .find((o) => o.kind === 'receipt')!;
        if (isOpen) expect(receipt.rows[row].outcome, input.messageId).toBe('duplicate');
        else if (dialect !== 'seattle') expect(receipt.rows[row].outcome, input.messageId).toBe('accepted');
        if (isOpen) open += 1;
        if (isOpen && dialect === 'seattle') batched += 1;
      }
      const known = prepared(agency.id).state().records;
      if (dialect !== 'seattle') expect(known).toBe([...last.values()].filter((l) => l.open).length);
    }
    expect(open).toBeGreaterThan(15);
    expect(batched).toBeGreaterThan(1);
  });

  it('has alerts off until the window opens, and the policy of the scenario from then on', () => {
    const { startMs } = late.header.scenario as { startMs: number };
    for (const { policies } of late.trace.onboarding.agencies) {
      expect(policies.map((p) => [p.fromMs, (p.policy as { alerts: string }).alerts])).toEqual([
        [startMs, 'off'],
        [late.header.fromMs, 'on'],
      ]);
    }
    expect(whole.trace.onboarding.agencies[0].policies).toHaveLength(1);
  });

  it('holds no snapshot, and portals are polled when the world polls them', () => {
    expect(only(lateInputs.slice(0, late.header.preamble), 'snapshot')).toEqual([]);
    const portals = new Map(late.trace.onboarding.agencies.map((a) => [a.id, a.portal]));
    expect([...portals.values()].filter((p) => p !== null)).toHaveLength(2);
    for (const { agency, polledMs, atMs } of only(lateInputs, 'snapshot')) {
      const portal = portals.get(agency)!;
      expect((polledMs - portal.offsetMs) % portal.everyMs).toBe(0);
      expect(atMs).toBeGreaterThanOrEqual(polledMs);
      expect(portal.url).toBe('');
    }
  });
});

describe('truth', () => {
  it('has a line for every message, for every private string before its message, and for every record', async () => {
    const lines = await truthOf(late.trace);
    const manifests = lines.flatMap((l) => (l.line === 'manifest' ? [l.manifest.messageId] : []));
    const sent = lateInputs.flatMap((i) => ('messageId' in i ? [i.messageId] : []));
    expect(manifests).toEqual(sent);
    const carriers = new Set(lines.flatMap((l) => (l.line === 'private' ? [l.carrier] : [])));
    const posts = only(lateInputs, 'post').map((p) => p.postId);
    for (const carrier of carriers) expect(sent.includes(carrier) || posts.includes(carrier)).toBe(true);
    expect(posts.length).toBeGreaterThan(0);
    const known = new Set(lines.flatMap((l) => (l.line === 'record' ? [l.recordId] : [])));
    const named = lines.flatMap((l) => (l.line === 'manifest' ? l.manifest.rows.map((r) => r.recordId) : []));
    expect(new Set(named)).toEqual(known);
    const privates = new Map<string, string[]>();
    for (const l of lines)
      if (l.line === 'private')
        privates.set(l.carrier, [...(privates.get(l.carrier) ?? []), ...l.strings.map((s) => s.value)]);
    const knownStrings = new Set<string>();
    let canaries = 0;
    for (const input of lateInputs) {
      const id = 'messageId' in input ? input.messageId : input.kind === 'post' ? input.postId : '';
      for (const value of privates.get(id) ?? []) knownStrings.add(value);
      for (const [canary] of 'body' in input ? input.body.matchAll(/ZQ[A-Z]{8,}/g) : []) {
        expect(knownStrings.has(canary), id).toBe(true);
        canaries += 1;
      }
    }
    expect(canaries).toBeGreaterThan(100);
  });

  it('holds the faults of the window, and wrong clocks', async () => {
    const { faults } = await loadTruth(late.trace);
    const world = late.shards.flatMap((s) => s.faults);
    const isPortalCopy = (messageId: string | null) =>
      messageId !== null && !lateInputs.some((i) => 'messageId' in i && i.messageId === messageId);
    const wanted = world.filter(
      (f) =>
        (f.atMs >= late.header.fromMs || f.kind === 'clockSkew') &&
        !(f.kind === 'duplicate' && isPortalCopy(f.messageId)),
    );
    const nameOf = (f: { kind: string; agency: string; atMs: number; messageId: string | null }) =>
      `${f.kind} ${f.agency} ${f.atMs} ${f.messageId}`;
    expect(faults.map(nameOf).sort()).toEqual(wanted.map(nameOf).sort());
    expect(new Set(faults.map((f) => f.kind)).size).toBeGreaterThan(5);
  });
});

describe('people', () => {
  it('are in the roster with the settings that they have when the window opens; those who left never connect', async () => {
    const sets = [
      'agencies.0.personsPerAgency=3000',
      'agencies.1.personsPerAgency=3000',
      'people.appUserShareOfPersons=0.1',
      'intensity.incidents=200',
      'intensity.staffing=200',
      'policy.review=auto',
      'policy.preset=extended',
      'reactions.openShare=0.3',
      'reactions.quitShare=0.2',
      'reactions.muteShare=0.2',
    ];
    const full = await recordNamed('smoke', sets, 0, 80);
    const half = await recordNamed('smoke', [...sets, 'load.connectedShareOfAppUsers=0.5'], 70, 10);
    const changes = only(await inputsOf(full.trace), 'preference').filter((p) => p.atMs < half.header.fromMs);
    const { ids, flags } = half.trace.onboarding.roster;
    const before = full.trace.onboarding.roster.flags;
    const wanted = [...before];
    for (const { change } of changes) {
      const i = ids.indexOf(change.resident);
      wanted[i] |= change.quit === true ? ROSTER_QUIT : ROSTER_MUTED;
    }
    expect(flags).toEqual(wanted);
    const left = new Set(ids.filter((_, i) => (flags[i] & ROSTER_QUIT) !== 0));
    expect(left.size).toBeGreaterThan(5);
    const everybody = only(await inputsOf(full.trace), 'connect').map((c) => c.resident);
    expect(everybody).toEqual(ids);
    const online = only(await inputsOf(half.trace), 'connect').map((c) => c.resident);
    expect(online.some((id) => left.has(id))).toBe(false);
    expect(online.length).toBe(half.header.residents);
    expect(online.length / (ids.length - left.size)).toBeGreaterThan(0.4);
    expect(online.length / (ids.length - left.size)).toBeLessThan(0.6);
  });

  it('send a change that concerns two agencies once', () => {
    const preferences = only(wholeInputs, 'preference').map((p) => JSON.stringify(p));
    expect(new Set(preferences).size).toBe(preferences.length);
    expect(preferences.length).toBeGreaterThan(3);
  });
});

describe('doorbells', () => {
  it('send only if they are attached: each motion, then its clip, and heartbeats at their period', async () => {
    const sets = ['load.connectedShareOfDoorbells=0.3', 'load.heartbeatMs=1800000'];
    const { trace, header } = await recordNamed('smoke', sets, 30, 120);
    const inputs = await inputsOf(trace);
    const attached = new Set(only(inputs, 'attach').map((a) => a.doorbell));
    expect(attached.size).toBe(header.doorbells);
    expect(attached.size).toBeGreaterThan(200);
    expect([...attached].some((d) => d >= RESIDENTS_PER_AGENCY_MAX)).toBe(true);
    const motions = only(inputs, 'motion');
    const clips = only(inputs, 'clip');
    const beats = only(inputs, 'heartbeat');
    for (const { doorbell } of [...motions, ...clips, ...beats]) expect(attached.has(doorbell)).toBe(true);
    expect(header.leftOut?.['motions not attached']).toBeGreaterThan(motions.length);
    const begun = clips.map((c) => `${c.doorbell} ${c.atMs - c.durationMs}`).sort();
    const inTime = motions.filter((m) => m.atMs + 60_000 < header.untilMs).map((m) => `${m.doorbell} ${m.atMs}`);
    expect(begun).toEqual(expect.arrayContaining(inTime));
    expect(new Set(clips.map((c) => c.clipId)).size).toBe(clips.length);
    for (const { durationMs } of clips) {
      expect(durationMs).toBeGreaterThanOrEqual(10_000);
      expect(durationMs).toBeLessThanOrEqual(60_000);
    }
    expect(beats.length).toBe(4 * attached.size);
    const first = beats.filter((b) => b.atMs < header.fromMs + 1_800_000);
    expect(new Set(first.map((b) => b.doorbell)).size).toBe(attached.size);
    expect(new Set(first.map((b) => b.atMs)).size).toBeGreaterThan(attached.size / 2);
  });
});
