import { describe, expect, it } from 'vitest';
import { DAY_MS } from '../../contract/time.ts';
import { Kernel } from '../kernel/kernel.ts';
import { KIND } from '../kernel/kinds.ts';
import { VideoPortal } from './video-portal.ts';

const OWNERS = [3, 14, 15, 92, 65];

function portal(requestShare: number, consentShare: number, courtOrderShare: number): VideoPortal {
  const kernel = new Kernel(0);
  let ordinal = 0;
  kernel.on(KIND.reaction, (_entity, act) => (act as () => void)());
  const made = new VideoPortal({
    seeds: { seed: 1, replication: 0 },
    agencyId: 'pd-000',
    requestShare,
    consentShare,
    courtOrderShare,
    now: () => kernel.nowMs,
    later: (atMs, act) => kernel.schedule(atMs, KIND.reaction, 0, (ordinal += 1), act),
    ownersNear: () => OWNERS,
    willingness: () => 1,
  });
  for (let i = 0; i < 200; i += 1) made.open({ id: String(i), x: 1000 + i, y: 2000, onsetMs: -DAY_MS });
  kernel.runUntil(60 * DAY_MS);
  return made;
}

describe('the video portal', () => {
  it('asks about a share of cases, and shares clips with the consent of their owners', () => {
    const { requests, asked, shared, declined } = portal(0.25, 0.1, 0).counts();
    expect(Math.abs(requests - 50)).toBeLessThan(20);
    expect(asked).toBe(OWNERS.length * requests);
    expect(shared + declined).toBe(asked);
    expect(Math.abs(shared / asked - 0.1)).toBeLessThan(0.08);
    expect(portal(0, 1, 1).counts()).toEqual({ requests: 0, asked: 0, shared: 0, declined: 0, courtOrders: 0 });
  });

  it('tells police the case, area, window and clips, never who was asked or how many', () => {
    const { requests } = portal(1, 0, 0);
    expect(requests).toHaveLength(200);
    for (const request of requests) {
      expect(Object.keys(request).sort()).toEqual(['area', 'caseId', 'clips', 'window']);
      expect(Object.keys(request.area).sort()).toEqual(['radiusDm', 'x', 'y']);
      // If nobody consented, it looks as if nobody had been asked.
      expect(request.clips).toBe(0);
    }
    const all = portal(1, 1, 0);
    expect(all.requests.every((request) => request.clips === OWNERS.length)).toBe(true);
  });

  it('logs court orders apart from requests', () => {
    const { requests, courtOrders } = portal(1, 0.5, 0.3);
    expect(Math.abs(courtOrders.length - 60)).toBeLessThan(25);
    expect(courtOrders.length).toBeLessThan(requests.length);
    expect(JSON.stringify(requests)).not.toContain('court');
  });
});
