/** Whose sockets a trace is sent over. */
import type { Drive } from '../drivers/driver-api.ts';

export const DRIVERS = ['node', 'k6'] as const;
export type DriverName = (typeof DRIVERS)[number];

/** Each is loaded only where it is asked for. Throws HB_TOOL where there is no k6 that is recent enough: before any work is done for it. */
export async function driveOf(driver: DriverName): Promise<Drive> {
  switch (driver) {
    case 'node':
      return (await import('../drivers/node/drive.ts')).drive;
    case 'k6': {
      const [{ driveWithK6 }, { findK6 }] = await Promise.all([
        import('../drivers/k6/drive.ts'),
        import('../drivers/k6/binary.ts'),
      ]);
      findK6();
      return driveWithK6;
    }
  }
}
