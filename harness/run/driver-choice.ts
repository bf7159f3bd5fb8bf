/** The drivers that can send a trace. */
import type { Drive } from '../drivers/driver-api.ts';

/** Our own driver, and k6. */
export const DRIVERS = ['node', 'k6'] as const;
/** The name of a driver. */
export type DriverName = (typeof DRIVERS)[number];

/** Loads a driver. Throws HB_TOOL if there is no k6 that is recent enough, before any work is done for it. */
export async function loadDriver(driver: DriverName): Promise<Drive> {
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
