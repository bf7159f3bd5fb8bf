import { Check } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { onboardingOf, OnboardingSchema, pipelineConfigOf, type Onboarding } from './onboarding.ts';
import { EMPTY_GAZETTEER } from './gazetteer.ts';
import type { PipelineConfig } from './pipeline.ts';
import { DEFAULT_POLICY } from './policy.ts';

const config: PipelineConfig = {
  runKey: 'hundredblock/1',
  bodyLengthMax: 4096,
  agencies: [
    {
      id: 'pd-000',
      name: 'Synthetic Police Department 000',
      zone: 'America/Denver',
      feeds: [{ fromMs: 5, dialect: 'dallas' }],
      natures: {
        dallas: {
          BURGLARY: { category: 'burglary', community: true },
          'LOST DOG': { category: null, community: true },
        },
      },
      gazetteer: {
        ...EMPTY_GAZETTEER,
        streets: ['W MAPLE ST'],
        blockStreet: Uint16Array.of(0),
        blockHundred: Uint16Array.of(2800),
        blockBox: Int32Array.of(-5, 0, 900, 10),
        blockHouseholds: Uint16Array.of(7),
        blockArea: Uint16Array.of(0),
        areas: [{ name: 'FAIRVIEW', box: { x0: 0, y0: 0, x1: 1000, y1: 1000 }, households: 40 }],
      },
      places: 'strict',
      policies: [{ fromMs: 0, policy: { ...DEFAULT_POLICY } }],
    },
  ],
  roster: {
    ids: Uint32Array.of(3, 1_048_576),
    x: Int32Array.of(-12, 40),
    y: Int32Array.of(7, -9),
    radiusDm: Int32Array.of(8000, 16_000),
    categories: Uint16Array.of(255, 3),
    flags: Uint8Array.of(0, 1),
  },
};

describe('onboarding', () => {
  const portal = { url: 'http://127.0.0.1:1/portal', everyMs: 60_000, offsetMs: 1 };
  const document = onboardingOf(config, 'a secret of sixteen or more', new Map([['pd-000', portal]]));

  it('is a document that its schema takes, after a journey as text too', () => {
    const travelled = JSON.parse(JSON.stringify(document)) as Onboarding;
    expect(Check(OnboardingSchema, travelled)).toBe(true);
    expect(travelled).toEqual(document);
    expect(travelled.agencies[0].portal).toEqual(portal);
  });

  it('makes the same configuration again', () => {
    expect(pipelineConfigOf(JSON.parse(JSON.stringify(document)) as Onboarding)).toEqual(config);
  });

  it.each([
    ['an unknown field', { ...document, extra: 1 }],
    ['an agency id that is no path segment', { ...document, agencies: [{ ...document.agencies[0], id: '../x' }] }],
    ['a short secret', { ...document, credentialSecret: 'short' }],
    ['an agency without a policy', { ...document, agencies: [{ ...document.agencies[0], policies: [] }] }],
    [
      'a dialect that nobody speaks',
      {
        ...document,
        agencies: [{ ...document.agencies[0], feeds: [{ fromMs: 0, dialect: 'klingon' }] }],
      },
    ],
  ])('refuses %s', (_name, broken) => {
    expect(Check(OnboardingSchema, broken)).toBe(false);
  });
});
