/** The reference system's doors, by the checks that any target must pass: what it writes about refusals, and what it counts. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Finding } from '../../harness/conform/check.ts';
import { conform } from '../../harness/conform/conform.ts';
import { HARNESS_KEY } from '../../reference-impl/server/http/town.testing.ts';
import { serveProcess, temporaryFolder, type ServeProcess } from '../../reference-impl/server/serve.testing.ts';
import { PATHS } from '../../contract/wire.ts';

const folder = temporaryFolder();
let service: ServeProcess;
let findings: Finding[];
let figures: string;

beforeAll(async () => {
  service = await serveProcess(folder.path, ['--headers-timeout-ms', '2000', '--log-level', 'debug']);
  const target = new URL(service.listening.http);
  findings = await conform({
    target,
    mqtt: service.listening.mqtt,
    harnessKey: HARNESS_KEY,
    only: [],
    patienceMs: 20_000,
    signal: new AbortController().signal,
    onFinding: () => {},
  });
  figures = await (await fetch(new URL(PATHS.metrics, target))).text();
}, 180_000);
afterAll(async () => {
  service?.signal('SIGKILL');
  await service?.exited;
  folder.remove();
});

/** Sum of a counter's rows that carry all these labels. */
function counted(name: string, ...labels: string[]): number {
  const rows = figures.split('\n').filter((line) => line.startsWith(`${name}{`));
  const fitting = rows.filter((line) => labels.every((label) => line.includes(label)));
  return fitting.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}

describe('the reference system', () => {
  it('passes every check, and leaves nothing out', () => {
    expect(findings.filter(({ state }) => state !== 'pass')).toEqual([]);
    expect(findings.length).toBeGreaterThan(80);
  });

  it('logs refusals by door and status', () => {
    const lines = service.stderr().trim().split('\n');
    const logged = lines.map((line) => JSON.parse(line) as { status?: number; door?: string });
    for (const status of [400, 401, 403, 404, 405, 408, 413, 415, 422, 431])
      expect(logged.filter((line) => line.status === status).length, String(status)).toBeGreaterThan(0);
    for (const door of ['cad', 'preferences', 'mute', 'me', 'posts', 'tickets', 'decision', 'onboarding', 'clock'])
      expect(logged.filter((line) => line.door === door && line.status === 401).length, door).toBeGreaterThan(0);
  });

  it('logs nothing private, no credential, and nothing of what was refused', () => {
    const text = service.stderr();
    expect(text.length).toBeGreaterThan(1000);
    const secrets = [
      /canary[0-9a-f]{12}/i,
      /555-0142/,
      /zelda/i,
      /\bW MAPLE\b/i,
      /(agency|resident|newsroom)\.[\w-]+\.[\w-]{20,}/,
      new RegExp(HARNESS_KEY),
      /conformance run key/,
      /x-injected/i,
      /passwd/,
    ];
    expect(secrets.filter((secret) => secret.test(text))).toEqual([]);
  });

  it('counts refused credentials by door and reason', () => {
    const name = 'hundredblock_auth_failures_total';
    for (const door of ['cad', 'stream', 'alerts', 'preferences', 'mute', 'me', 'posts', 'tickets', 'decision', 'mqtt'])
      for (const reason of ['missing', 'wrong'])
        expect(counted(name, `door="${door}"`, `reason="${reason}"`), `${door} ${reason}`).toBeGreaterThan(0);
    // An agency that posts for another, a device that publishes as another.
    for (const door of ['cad', 'mqtt'])
      expect(counted(name, `door="${door}"`, 'reason="other"'), door).toBeGreaterThan(0);
  });

  it('counts what it would not take by door and reason', () => {
    const name = 'hundredblock_shed_total';
    expect(counted(name, 'door="cad"', 'reason="too-large"')).toBe(1);
    expect(counted(name, 'door="cad"', 'reason="idempotency-key-reused"')).toBe(1);
    expect(counted(name, 'reason="headers-too-large"')).toBeGreaterThan(0);
    expect(counted(name, 'reason="timeout"')).toBeGreaterThan(0);
    expect(counted('hundredblock_device_messages_total', 'outcome="refused"')).toBeGreaterThan(0);
  });
});
