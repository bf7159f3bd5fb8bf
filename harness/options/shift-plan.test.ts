import { describe, expect, it } from 'vitest';
import { HundredblockError } from '../../contract/errors.ts';
import { resolveScenario } from './resolve.ts';

/** The lines of the error that resolving throws, and its exit code. */
function refusal(sets: string[]): { exitCode: number; lines: string[] } {
  try {
    resolveScenario('smoke', sets);
  } catch (error) {
    if (error instanceof HundredblockError) return { exitCode: error.exitCode, lines: error.message.split('\n') };
    throw error;
  }
  throw new Error(`expected ${sets.join(' ')} to be refused`);
}

const ON = ['police.shifts.enabled=true', 'police.breaks.enabled=true', 'calls.shifts.enabled=true'];

it('a plan that can be worked is taken', () => {
  const { police, calls } = resolveScenario('smoke', ON);
  expect([police.shifts.enabled, police.breaks.enabled, calls.shifts.enabled]).toEqual([true, true, true]);
});

it('all problems with plans, and with other options, are told at once, with exit code 2', () => {
  const { exitCode, lines } = refusal([
    ...ON,
    'calls.shifts.relativeStaff.2=0',
    'police.shifts.lengthHours=7',
    'police.breaks.lengthMs=25200000',
    'police.breaks.fromMs=30000000',
    'people.personsPerKm2=-1',
  ]);
  expect(exitCode).toBe(2);
  expect(lines).toEqual([
    'people.personsPerKm2: expected a number from 10 to 20000 (people per km²), found -1',
    'calls.shifts: expected a call-taker on duty at every hour, found none in the local hours 0, 1, 2, 3, 4, 5, 22, 23',
    'police.shifts: expected a unit on duty at every hour, found none in the local hours 5, 13, 21',
    'police.breaks.lengthMs: expected less than a shift of 7 h (25200000), found 25200000',
    'police.breaks.untilMs: expected at least police.breaks.fromMs (30000000), found 21600000',
  ]);
});

describe.each([
  [['police.shifts.startHours.2=14'], 'police.shifts.startHours.2: expected an hour after 14, found 14'],
  [['police.shifts.startHours.1=24'], 'police.shifts.startHours.1: expected a whole number from 0 to 23 (local hour'],
  [['police.shifts.relativeStaff.0=-1'], 'police.shifts.relativeStaff.0: expected a number from 0 to 1000'],
  [['police.shifts.enabled=false'], 'police.breaks.enabled: expected false while police.shifts.enabled is false'],
  [['police.breaks.untilMs=28000000'], 'police.breaks.untilMs: expected at most 27000000, so that a break ends'],
  [['police.shifts.startHours.3=23'], 'unknown option police.shifts.startHours.3'],
])('%j', (sets, line) => {
  it('is refused', () => {
    expect(refusal([...ON, ...sets]).lines.some((found) => found.startsWith(line))).toBe(true);
  });
});

it('a plan that is switched off is only checked against its schema', () => {
  expect(resolveScenario('smoke', ['police.shifts.relativeStaff.2=0']).police.shifts.relativeStaff[2]).toBe(0);
});
