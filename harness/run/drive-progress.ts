/** The progress of a load run, for a progress bar. */
import type { DriveProgress } from '../drivers/driver-api.ts';

/** Share of the whole run, from the preparation of its world to its report, that is done: 0.3 to 0.88 while the driver works. */
export function progressFraction({ phase, done, of }: DriveProgress): number {
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

/** The phase in words, with its counts. `durationMs`: wall time of the window. */
export function progressText(progress: DriveProgress, durationMs: number): string {
  const { phase, done, of, sent, acknowledged, deliveries, lagMaxMs } = progress;
  switch (phase) {
    case 'preamble':
      return `telling what was open, ${done}/${of}`;
    case 'connecting':
      return `connecting ${done}/${of}`;
    case 'running':
      return `second ${done} of ${Math.ceil(durationMs / 1000)}: ${sent} sent, ${deliveries} deliveries, lag ${lagMaxMs.toFixed(1)} ms`;
    case 'draining':
      return `draining: ${sent - acknowledged} unanswered, ${deliveries} deliveries`;
    case 'starting':
    case 'onboarding':
    case 'writing':
    case 'done':
      return phase;
  }
}
