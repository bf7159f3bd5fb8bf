/** Whose sockets a trace is sent over. */
import type { Drive } from '../load/contract.ts';

export const DRIVERS = ['node', 'k6'] as const;
export type DriverName = (typeof DRIVERS)[number];

/** Each is loaded only where it is asked for. */
export async function driveOf(driver: DriverName): Promise<Drive> {
  switch (driver) {
    case 'node':
      return (await import('../load/drive.ts')).drive;
    case 'k6':
      return (await import('../k6/drive.ts')).driveWithK6;
  }
}
