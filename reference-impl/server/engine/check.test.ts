import { describe, expect, it } from 'vitest';
import type { Onboarding } from '../../../contract/onboarding.ts';
import { checkClock, checkOnboarding } from './check.ts';
import { testDocument } from './engine.testing.ts';

const DAY_MS = 86_400_000;
const SECRET_TEXT = 'Zebedee 555-0199';

type Loose = Record<string, any>; // oxlint-disable-line no-explicit-any

function refusalOf(change: (document: Loose, agency: Loose) => void, retainMs = DAY_MS): string | null {
  const document = structuredClone(testDocument()) as Loose;
  change(document, document.agencies[0]);
  try {
    checkOnboarding(document as Onboarding, retainMs);
    return null;
  } catch (error) {
    expect(error).toMatchObject({ name: 'Refused', refusal: 'invalid' });
    return (error as Error).message;
  }
}

describe('an onboarding document', () => {
  it('that is sound is taken, with a portal on loopback and without agencies', () => {
    expect(refusalOf(() => {})).toBeNull();
    expect(refusalOf((d) => (d.agencies = []))).toBeNull();
    for (const url of ['http://127.0.0.1:8080/calls', 'http://localhost/x', 'http://[::1]:9/'])
      expect(
        refusalOf((_, a) => (a.portal = { url, everyMs: 60_000, offsetMs: 0 })),
        url,
      ).toBeNull();
    expect(refusalOf(() => {}, 8 * 3_600_000)).toBeNull();
  });

  it.each<[string, (document: Loose, agency: Loose) => unknown]>([
    ['schema', (d) => (d.schema = 'other/9.0')],
    ['document', (d) => (d[SECRET_TEXT] = 1)],
    ['credentialSecret', (d) => (d.credentialSecret = 'short')],
    ['agencies.1.id', (d, a) => d.agencies.push(a)],
    ['agencies.0.id', (_, a) => (a.id = SECRET_TEXT)],
    ['agencies.0.zone', (_, a) => (a.zone = SECRET_TEXT)],
    [
      'agencies.0.feeds',
      (_, a) =>
        (a.feeds = [
          { fromMs: 5, dialect: 'eido' },
          { fromMs: 5, dialect: 'sf' },
        ]),
    ],
    ['agencies.0.natures', (_, a) => (a.natures[SECRET_TEXT] = {})],
    ['agencies.0.natures.eido', (_, a) => (a.natures.eido[SECRET_TEXT] = { category: 'gossip', community: true })],
    ['agencies.0.natures.eido', (_, a) => (a.natures.eido[SECRET_TEXT] = { category: null, community: 1 })],
    ['agencies.0.portal.url', (_, a) => (a.portal = { url: '', everyMs: 60_000, offsetMs: 0 })],
    ['agencies.0.portal.url', (_, a) => (a.portal = { url: 'http://example.com/', everyMs: 60_000, offsetMs: 0 })],
    ['agencies.0.portal.url', (_, a) => (a.portal = { url: 'https://127.0.0.1/', everyMs: 60_000, offsetMs: 0 })],
    [
      'agencies.0.portal.url',
      (_, a) => (a.portal = { url: 'http://127.0.0.1.example.com/', everyMs: 60_000, offsetMs: 0 }),
    ],
    ['agencies.0.policies', (_, a) => (a.policies = [])],
    ['agencies.0.policies', (_, a) => a.policies.push(a.policies[0])],
    ['agencies.0.policies.0.policy', (_, a) => delete a.policies[0].policy.householdsMin],
    ['agencies.0.policies.0.policy.householdsMin', (_, a) => (a.policies[0].policy.householdsMin = null)],
    ['agencies.0.policies.0.policy.timeRoundingMs', (_, a) => (a.policies[0].policy.timeRoundingMs = 0)],
    ['agencies.0.policies.0.policy', (_, a) => (a.policies[0].policy.correctionMsMax = DAY_MS)],
    ['agencies.0.policies.0.policy.retainMs', (_, a) => (a.policies[0].policy.retainMs = DAY_MS + 1)],
    ['agencies.0.gazetteer', (_, a) => (a.gazetteer = null)],
    ['agencies.0.gazetteer', (_, a) => delete a.gazetteer.crossingArea],
    ['agencies.0.gazetteer.blockBox', (_, a) => a.gazetteer.blockBox.pop()],
    ['agencies.0.gazetteer.blockHouseholds.1', (_, a) => (a.gazetteer.blockHouseholds[1] = 65_536)],
    ['agencies.0.gazetteer.blockStreet.5', (_, a) => (a.gazetteer.blockStreet[5] = 99)],
    ['agencies.0.gazetteer.blockHundred.1', (_, a) => (a.gazetteer.blockHundred[1] = 0)],
    ['agencies.0.gazetteer.crossingArea.0', (_, a) => (a.gazetteer.crossingArea[0] = 2)],
    ['agencies.0.gazetteer.crossingX.0', (_, a) => (a.gazetteer.crossingX[0] = 3e9)],
    ['agencies.0.gazetteer.landmarks.0.block', (_, a) => (a.gazetteer.landmarks[0].block = 6)],
    ['agencies.0.gazetteer.highways.0.area', (_, a) => (a.gazetteer.highways[0].area = 2)],
    ['roster.x', (d) => d.roster.x.pop()],
    ['roster.ids.2', (d) => (d.roster.ids[2] = 2)],
    ['roster.y.3', (d) => (d.roster.y[3] = 1e9)],
    ['roster.radiusDm.0', (d) => (d.roster.radiusDm[0] = -1)],
    ['roster.categories.0', (d) => (d.roster.categories[0] = 65_536)],
    ['roster.flags.0', (d) => (d.roster.flags[0] = 4)],
    ['roster.x.0', (d) => (d.roster.x[0] = 0.5)],
    ['roster.x.0', (d) => (d.roster.x[0] = SECRET_TEXT)],
  ])('is refused at %s, case %#', (path, change) => {
    const message = refusalOf((document, agency) => void change(document, agency));
    expect(message).toMatch(new RegExp(`^${path.replaceAll('.', '\\.')}[^a-zA-Z0-9]`));
    expect(message).not.toContain('Zebedee');
  });

  it('that is no document at all is refused', () => {
    for (const nothing of [null, 5, 'text', []])
      expect(() => checkOnboarding(nothing as unknown as Onboarding, DAY_MS)).toThrow(
        expect.objectContaining({ refusal: 'invalid' }),
      );
  });
});

describe('a clock', () => {
  it('has finite numbers within bounds', () => {
    const sound = { originWallMs: 1.5, originMs: 2, speed: 60 };
    expect(() => checkClock(sound)).not.toThrow();
    for (const broken of [
      { speed: -1 },
      { speed: 10_001 },
      { originMs: 0.5 },
      { originWallMs: Infinity },
      { speed: NaN },
    ])
      expect(() => checkClock({ ...sound, ...broken })).toThrow(expect.objectContaining({ refusal: 'invalid' }));
  });
});
