/** One agency's world on its own, without any pipeline. */
import { describe, expect, it } from 'vitest';
import { CATEGORIES, EVENT_TYPES, naturesOf } from '../../contract/catalogue.ts';
import type { MessageManifest, PrivateString } from '../../contract/manifest.ts';
import type { Scenario } from '../../contract/scenario.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../contract/time.ts';
import { zoneOffsetMin } from '../../contract/zones.ts';
import { DEFAULTS } from '../../scenarios/defaults.ts';
import { buildCity, cellSide } from '../city/city.ts';
import { CALL_SLOTS, INDUCED_FROM, ON_VIEW_FROM } from '../incidents/incident.ts';
import { MIX } from '../incidents/mix.ts';
import { Kernel } from '../kernel/kernel.ts';
import { buildPeople } from '../people/people.ts';
import { alertStimulus } from '../reactions/lineage.ts';
import { World } from './world.ts';

interface Seen {
  world: World;
  kernel: Kernel;
  bodies: { body: string; manifest: MessageManifest; atMs: number }[];
  privates: Map<string, PrivateString[]>;
  motions: number;
}

function live(overrides: Partial<Scenario>, during?: (seen: Seen, run: (untilMs: number) => void) => void): Seen {
  const scenario: Scenario = { ...DEFAULTS, durationDays: 3, ...overrides };
  const seeds = { seed: 11, replication: 0 };
  const persons = 50_000;
  const city = buildCity({
    seeds,
    agencyIndex: 0,
    agencyCount: 1,
    cellSideDm: cellSide([persons], scenario.people.personsPerKm2),
    name: 'Test',
    persons,
    personsPerHousehold: scenario.people.personsPerHousehold,
    personsPerKm2: scenario.people.personsPerKm2,
    hotSpotSigma: scenario.incidents.hotSpotSigma,
  });
  const people = buildPeople(city, { seeds, ...scenario.people });
  const kernel = new Kernel(scenario.startMs);
  const endMs = scenario.startMs + scenario.durationDays * DAY_MS;
  const seen: Seen = { world: undefined as unknown as World, kernel, bodies: [], privates: new Map(), motions: 0 };
  seen.world = new World({
    scenario,
    seeds,
    agencyIndex: 0,
    persons,
    profile: {
      id: 'pd-000',
      name: 'Test',
      zone: 'America/Denver',
      feeds: [{ fromMs: scenario.startMs, dialect: 'eido' }],
      natures: { eido: naturesOf('eido') },
      gazetteer: city.gazetteer,
      places: 'strict',
      policies: [{ fromMs: scenario.startMs, policy: scenario.policy }],
    },
    withdrawMs: null,
    city,
    people,
    kernel,
    endMs,
    host: {
      door: (message, manifest) => seen.bodies.push({ body: message.body, manifest, atMs: kernel.nowMs }),
      preference: () => {},
      preferenceAhead: () => {},
      post: () => {},
      review: () => {},
      motion: () => (seen.motions += 1),
      fault: () => {},
      learnPrivate: (recordId, strings) =>
        seen.privates.set(recordId, [...(seen.privates.get(recordId) ?? []), ...strings]),
      recordOf: () => null,
    },
  });
  seen.world.start();
  during?.(seen, (untilMs) => kernel.runUntil(untilMs));
  kernel.runUntil(endMs);
  return seen;
}

const perThousandOf = (m: (typeof MIX)[number]): number => DEFAULTS.incidents.typeMix[m.typeId];

const busy = { intensity: { incidents: 10, encounters: 1, motions: 0, staffing: 10 } };

describe('a world of its own', () => {
  const seen = live(busy);
  const { incidents, desk } = seen.world;

  it('makes incidents at the rate and in the mix asked for', () => {
    // Reported incidents are the community's calls for service; incidents that nobody reports come on top.
    const reportedShare =
      MIX.reduce((sum, m) => sum + perThousandOf(m), 0) /
      MIX.reduce((sum, m) => sum + perThousandOf(m) / m.reportedShare, 0);
    const expected = (((50_000 * 0.7 * 0.65 * 10) / 365) * 3) / reportedShare;
    const perThousand = MIX.reduce((sum, m) => sum + perThousandOf(m), 0) / 1000;
    expect(incidents.length / (expected * perThousand)).toBeGreaterThan(0.9);
    expect(incidents.length / (expected * perThousand)).toBeLessThan(1.1);
    const domestic = incidents.filter((i) => EVENT_TYPES[i.reported].id === 'domestic').length / incidents.length;
    const mix = MIX.find((m) => m.typeId === 'domestic');
    const share =
      (mix === undefined ? 0 : perThousandOf(mix)) /
      (mix?.reportedShare ?? 1) /
      MIX.reduce((sum, m) => sum + perThousandOf(m) / m.reportedShare, 0);
    expect(Math.abs(domestic - share)).toBeLessThan(4 * Math.sqrt(share / incidents.length));
  });

  it('follows the local hour', () => {
    const byHour = new Array<number>(24).fill(0);
    for (const i of incidents) {
      const local = i.onsetMs + zoneOffsetMin('America/Denver', i.onsetMs) * MINUTE_MS;
      if (
        i.origin === 'exogenous' &&
        !['burglary', 'vehicle-break-in', 'vehicle-theft', 'vandalism', 'theft'].includes(EVENT_TYPES[i.reported].id)
      ) {
        byHour[Math.floor(local / HOUR_MS) % 24] += 1;
      }
    }
    const afternoon = byHour[14] + byHour[15];
    const night = byHour[3] + byHour[4];
    expect(afternoon / night).toBeGreaterThan(
      (0.4 * (DEFAULTS.incidents.shareByHour[14] + DEFAULTS.incidents.shareByHour[15])) /
        (DEFAULTS.incidents.shareByHour[3] + DEFAULTS.incidents.shareByHour[4]),
    );
    expect(afternoon).toBeGreaterThan(2 * night);
  });

  it('runs records through every kind of change', () => {
    const files = incidents.flatMap((i) => i.records);
    expect(files.length).toBeGreaterThan(1000);
    const statuses = new Set(seen.bodies.flatMap((b) => b.manifest.rows.map((r) => `${r.status}/${r.disposition}`)));
    expect([...statuses].sort()).toEqual([
      'cancelled/none',
      'closed/duplicate',
      'closed/founded',
      'closed/none',
      'closed/unfounded',
      'open/none',
    ]);
    const byRecord = new Map<string, Set<string>>();
    for (const row of seen.bodies.flatMap((b) => b.manifest.rows))
      byRecord.set(row.recordId, (byRecord.get(row.recordId) ?? new Set()).add(row.nature));
    expect([...byRecord.values()].some((natures) => natures.size > 1)).toBe(true);
  });

  it('has zero, one and several callers, and second records of one event', () => {
    const counts = new Map<number, number>();
    for (const i of incidents) counts.set(i.records.length, (counts.get(i.records.length) ?? 0) + 1);
    expect(counts.get(0)).toBeGreaterThan(100);
    expect(counts.get(1)).toBeGreaterThan(500);
    expect(counts.get(2)).toBeGreaterThan(5);
    expect(seen.world.counts().calls).toBeGreaterThan(incidents.filter((i) => i.records.length > 0).length);
  });

  it('remembers every private string that it types', () => {
    const secrets = [...seen.privates.values()].flat();
    const kinds = new Set(secrets.map((s) => s.kind));
    for (const kind of [
      'name',
      'phone',
      'address',
      'plate',
      'medical',
      'birth-date',
      'email',
      'coordinates',
      'canary',
      'unit',
    ] as const)
      expect(kinds).toContain(kind);
    for (const s of secrets)
      if (s.kind === 'phone') expect(s.value.replaceAll(/\D/g, '')).toMatch(/^1?\d{3}55501\d{2}$/);
    for (const { body, manifest } of seen.bodies.slice(0, 500)) {
      for (const canary of body.match(/\bZQ[A-Z]{8,}\b/g) ?? []) {
        expect(seen.privates.get(manifest.rows[0].recordId)?.some((s) => s.value.includes(canary))).toBe(true);
      }
    }
  });

  it('gives canaries to one record each', () => {
    const owner = new Map<string, string>();
    for (const [recordId, strings] of seen.privates) {
      for (const s of strings) {
        if (s.kind !== 'canary') continue;
        expect(owner.get(s.value) ?? recordId).toBe(recordId);
        owner.set(s.value, recordId);
      }
    }
    expect(owner.size).toBeGreaterThan(1000);
  });

  it('keeps the truth apart from what callers say', () => {
    const nothing = incidents.filter((i) => i.really < 0);
    const another = incidents.filter((i) => i.really >= 0 && i.really !== i.reported);
    expect(nothing.length / incidents.length).toBeGreaterThan(0.1);
    expect(another.length).toBeGreaterThan(20);
    for (const i of nothing) expect(i.mistaken).not.toBeNull();
    for (const i of incidents) {
      expect(
        i.records.every((id) => id >= i.key * CALL_SLOTS && id < (i.key + 1) * CALL_SLOTS && id < ON_VIEW_FROM),
      ).toBe(true);
    }
    expect(desk.records()).toBeGreaterThan(incidents.length / 3);
  });
});

describe('residents who receive alerts', () => {
  it('mute, quit, post, share and report harmless strangers in the shares asked for', () => {
    const shares = {
      ...DEFAULTS.reactions,
      openShare: 0.5,
      muteShare: 0.1,
      // One alert is far from 3.5 a week: residents are less tired than those of the shares.
      quitShare: 0.3,
      postShare: 0.05,
      clipShare: 0.5,
      callShare: 0.1,
    };
    const scenario = { ...busy, reactions: shares };
    const seen = live(scenario, ({ world, kernel }, run) => {
      run(kernel.nowMs + HOUR_MS);
      world.onMessage(
        alertStimulus('a.1', undefined),
        Array.from({ length: 1000 }, (_, i) => i),
        kernel.nowMs,
      );
    });
    const counts = seen.world.reactions.counts();
    expect(counts.opened + counts.ignored).toBe(1000);
    expect(Math.abs(counts.opened - 500)).toBeLessThan(80);
    expect(Math.min(counts.muted, counts.quit, counts.posted, counts.clip, counts.vigilant)).toBeGreaterThan(3);
    const induced = seen.world.incidents.filter((i) => i.key >= INDUCED_FROM);
    expect(induced.length).toBe(seen.world.counts().inducedIncidents);
    expect(induced.length).toBeGreaterThan(10);
    expect(induced.every((i) => i.really === -1 && i.origin === 'alert')).toBe(true);
    expect(induced.filter((i) => i.records.length > 0).length / induced.length).toBeGreaterThan(0.8);
  });

  it('does nothing at all when reactions are off', () => {
    const seen = live({ ...busy, reactions: { ...DEFAULTS.reactions, enabled: false } }, ({ world, kernel }) =>
      world.onMessage(alertStimulus('a.1', undefined), [1, 2, 3], kernel.nowMs),
    );
    expect(Object.values(seen.world.reactions.counts()).every((n) => n === 0)).toBe(true);
  });
});

describe('the catalogue and the mix', () => {
  it('name only event types that exist, and cover all eligible categories', () => {
    const ids = new Set(EVENT_TYPES.map((t) => t.id));
    for (const m of MIX) {
      expect(ids).toContain(m.typeId);
      for (const [id] of m.really) expect(ids).toContain(id);
      expect(m.nothingShare + m.really.reduce((sum, [, share]) => sum + share, 0)).toBeLessThan(1);
    }
    const covered = new Set(MIX.map((m) => EVENT_TYPES.find((t) => t.id === m.typeId)?.category));
    for (const category of CATEGORIES) expect(covered).toContain(category);
  });

  it('put 0.7 to 6% of calls into an eligible category', () => {
    const eligible = MIX.filter((m) => {
      const category = EVENT_TYPES.find((t) => t.id === m.typeId)?.category ?? null;
      return category !== null && CATEGORIES.indexOf(category) < 8;
    });
    const share =
      eligible.reduce((sum, m) => sum + perThousandOf(m), 0) / MIX.reduce((sum, m) => sum + perThousandOf(m), 0);
    expect(share).toBeGreaterThan(0.007);
    expect(share).toBeLessThan(0.06);
  });
});
