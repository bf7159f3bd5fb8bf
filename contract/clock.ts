/**
 * The platform's clock against the wall clock: at wall time `originWallMs` it shows `originMs`, and from then on it runs `speed` times as fast. Before that
 * moment it stands still at `originMs`; at speed 0 it stands there for ever. A service that serves real residents runs on REAL_TIME.
 */
export interface PlatformClock {
  /** Unix time by the host's clock, ms, possibly with a fraction. */
  originWallMs: number;
  /** Platform time at that moment, UTC ms. */
  originMs: number;
  /** Platform seconds per wall second, 0 to SPEED_MAX. */
  speed: number;
}

/** Platform seconds per wall second. */
export const SPEED_MAX = 10_000;

/** The platform shows the host's own time. */
export const REAL_TIME: Readonly<PlatformClock> = { originWallMs: 0, originMs: 0, speed: 1 };

/** Platform time at a wall time, UTC ms, rounded down. */
export function platformMsAt(clock: PlatformClock, wallMs: number): number {
  return clock.originMs + Math.floor(Math.max(0, wallMs - clock.originWallMs) * clock.speed);
}

/** Wall time, Unix ms, at which the clock first shows `platformMs` or later; the origin's for earlier times, Infinity if the clock never shows it. */
export function wallMsOf(clock: PlatformClock, platformMs: number): number {
  if (platformMs <= clock.originMs) return clock.originWallMs;
  return clock.speed === 0 ? Infinity : clock.originWallMs + (platformMs - clock.originMs) / clock.speed;
}
