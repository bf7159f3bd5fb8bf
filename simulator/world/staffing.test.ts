import { expect, it } from 'vitest';
import type { Scenario } from '../../contract/scenario.ts';
import { DEFAULTS } from '../../scenarios/defaults.ts';
import { callTakerStaff, patrolStaff } from './staffing.ts';

const { calls, police } = DEFAULTS;

it('a scenario without any mechanism asks for plain queues', () => {
  const plain: Scenario = {
    ...DEFAULTS,
    police: { ...police, escalation: { ...police.escalation, enabled: false } },
  };
  expect(patrolStaff(plain, 50_000)).toEqual({
    units: 6,
    assignment: 'nearest',
    preemption: false,
    stack: { escalation: null, phoneAfterMs: null, aidAfterMs: null },
  });
  expect(callTakerStaff(plain, 50_000)).toEqual({ positions: 2 });
});

it('staff follows people and intensity, and is never zero', () => {
  expect(patrolStaff({ ...DEFAULTS, intensity: { ...DEFAULTS.intensity, staffing: 10 } }, 50_000).units).toBe(60);
  expect([patrolStaff(DEFAULTS, 100).units, callTakerStaff(DEFAULTS, 100).positions]).toEqual([1, 1]);
});

it('with plans, units are the crews of all shifts, and neighbours lend at least one', () => {
  const scenario: Scenario = {
    ...DEFAULTS,
    calls: {
      ...calls,
      shifts: { ...calls.shifts, enabled: true },
      overflow: { ...calls.overflow, enabled: true },
    },
    police: {
      ...police,
      shifts: { ...police.shifts, enabled: true },
      breaks: { ...police.breaks, enabled: true },
      aid: { ...police.aid, enabled: true },
    },
  };
  const patrol = patrolStaff(scenario, 100_000);
  expect(patrol.shifts?.map(({ count }) => count)).toEqual([13, 13, 9]);
  expect(patrol.units).toBe(35);
  expect(patrolStaff(scenario, 20_000).aid).toEqual({ units: 1, extraTravelMs: police.aid.extraTravelMs });
  expect(patrol.breaks).toMatchObject({ lengthMs: 1_800_000 });
  const takers = callTakerStaff(scenario, 100_000);
  expect(takers.shifts?.map(({ count }) => count)).toEqual([5, 5, 3]);
  expect(takers.overflow).toEqual({ afterMs: 10_000, queueMax: 5, transferMs: 12_000, positions: 1 });
});
