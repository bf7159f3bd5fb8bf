/** The reference system as a process of its own, onboarded with a town in which every resident is near every alert. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openTestTown, type TestTarget, type TestTown } from '../../harness/conform/test-town.ts';
import { createClient } from '../../harness/conform/client.ts';
import { startTarget, type StartedTarget } from '../../harness/drivers/target/target-process.ts';

export interface BenchService {
  target: StartedTarget;
  port: number;
  mqttPort: number;
  secret: string;
  town: TestTown;
  stop(): Promise<void>;
}

/** Residents are numbered from FIRST_RESIDENT. */
export const FIRST_RESIDENT = 2_000_000;

/** Out of the way of what is measured. */
const LIMITS = Object.entries({
  '--upgrades-per-second-max': 1_000_000,
  '--requests-per-second-max': 1_000_000,
  '--device-messages-per-second-max': 100_000,
  '--stream-bytes-max': 67_108_864,
  '--streams-bytes-max': 4_294_967_296,
}).flatMap(([flag, value]) => [flag, String(value)]);

export async function startBenchService(residents: number): Promise<BenchService> {
  const folder = mkdtempSync(join(tmpdir(), 'hundredblock-bench-'));
  const target = await startTarget({
    dataDir: join(folder, 'data'),
    args: LIMITS,
    logPath: join(folder, 'log'),
    timeoutMs: 60_000,
  });
  const client = createClient(new URL(target.url));
  const testTarget: TestTarget = {
    client,
    harnessKey: target.harnessKey,
    mqtt: target.mqttUrl,
    canary: 'QZ7',
    hasClock: true,
    patienceMs: 30_000,
  };
  const others = Array.from({ length: residents }, (_, i) => ({
    id: FIRST_RESIDENT + i,
    x: 2500,
    y: 2000,
    radiusDm: 100_000,
  }));
  const town = await openTestTown(testTarget, { others });
  return {
    target,
    port: Number(new URL(target.url).port),
    mqttPort: Number(new URL(target.mqttUrl ?? 'mqtt://127.0.0.1:0').port),
    secret: town.document.credentialSecret,
    town,
    async stop() {
      await town.close();
      await client.close();
      await target.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
