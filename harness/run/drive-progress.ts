/** How far a load run is, as a share of the whole and in words. */
import type { DriveProgress } from '../drivers/driver-api.ts';

export function fractionOf({ phase, done, of }: DriveProgress): number {
  const part = of === 0 ? 0 : done / of;
  switch (phase) {
    case 'starting':
    case 'onboarding':
      return 0.3;
    case 'preamble':
      return 0.32 + 0.03 * part;
    case 'connecting':
      return 0.35 + 0.1 * part;
    case 'running':
      return 0.45 + 0.4 * part;
    case 'draining':
      return 0.86;
    case 'writing':
    case 'done':
      return 0.88;
  }
}

export function textOf(p: DriveProgress, durationMs: number): string {
  switch (p.phase) {
    case 'preamble':
      return `telling what was open, ${p.done}/${p.of}`;
    case 'connecting':
      return `connecting ${p.done}/${p.of}`;
    case 'running':
      return `second ${p.done} of ${Math.ceil(durationMs / 1000)}: ${p.sent} sent, ${p.deliveries} deliveries, lag ${p.lagMaxMs.toFixed(1)} ms`;
    case 'draining':
      return `draining: ${p.sent - p.acknowledged} unanswered, ${p.deliveries} deliveries`;
    case 'starting':
    case 'onboarding':
    case 'writing':
    case 'done':
      return p.phase;
  }
}
