/** The manifest of a sharded experiment: what a cluster would refuse, and that its command is one that there is. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { COMMANDS } from '../harness/cli/commands.ts';
import { EXPERIMENTS } from '../harness/studies/experiment/registry.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

interface Container {
  image: string;
  command: string[];
  env: { name: string; value: string }[];
  volumeMounts: { name: string; mountPath: string }[];
  securityContext: Record<string, unknown>;
}
interface Job {
  kind: string;
  apiVersion: string;
  spec: {
    completionMode: string;
    completions: number;
    parallelism: number;
    template: {
      spec: {
        restartPolicy: string;
        containers: Container[];
        volumes: { name: string; persistentVolumeClaim?: { claimName: string } }[];
      };
    };
  };
}

const documents = parseAllDocuments(readFileSync(join(ROOT, 'deploy/kubernetes/sweep.yaml'), 'utf8'));
const [claim, job] = documents.map((document) => document.toJS() as { metadata: { name: string } } & Job);
const [container] = job.spec.template.spec.containers;
const environment = Object.fromEntries(container.env.map(({ name, value }) => [name, value]));

it('is an Indexed Job with as many shards as completions, on a volume that many may write to', () => {
  expect(documents.flatMap(({ errors }) => errors)).toEqual([]);
  expect([job.apiVersion, job.kind, job.spec.completionMode]).toEqual(['batch/v1', 'Job', 'Indexed']);
  expect(Number(environment.SHARDS)).toBe(job.spec.completions);
  expect(job.spec.parallelism).toBeLessThanOrEqual(job.spec.completions);
  expect(['OnFailure', 'Never']).toContain(job.spec.template.spec.restartPolicy);
  expect((claim.spec as unknown as { accessModes: string[] }).accessModes).toEqual(['ReadWriteMany']);
  const { volumes } = job.spec.template.spec;
  expect(volumes.map((volume) => volume.persistentVolumeClaim?.claimName)).toContain(claim.metadata.name);
  expect(volumes.map(({ name }) => name).toSorted()).toEqual(container.volumeMounts.map(({ name }) => name).toSorted());
  expect(container.env.every(({ value }) => typeof value === 'string')).toBe(true);
});

it('runs each shard once, as the shell puts the command together', () => {
  const [shell, flag, script] = container.command;
  expect([shell, flag]).toEqual(['/bin/sh', '-c']);
  const shards = Array.from({ length: job.spec.completions }, (_, index) => {
    const echoed = script.replace('exec node', 'echo node');
    const env = { ...environment, JOB_COMPLETION_INDEX: String(index), PATH: process.env.PATH };
    return spawnSync(shell, [flag, echoed], { encoding: 'utf8', env }).stdout.trim().split(' ');
  });
  for (const [index, words] of shards.entries()) {
    const [node, path, command, experiment, ...rest] = words;
    expect([node, command, experiment]).toEqual(['node', 'sweep', environment.EXPERIMENT]);
    expect(existsSync(join(ROOT, path))).toBe(true);
    expect(EXPERIMENTS.has(experiment)).toBe(true);
    const flags = rest.filter((word) => word.startsWith('--')).map((word) => word.slice(2));
    expect(flags.filter((name) => !(name in COMMANDS.sweep.flags))).toEqual([]);
    expect(rest[rest.indexOf('--shard') + 1]).toBe(`${index + 1}/${job.spec.completions}`);
    expect(rest[rest.indexOf('--out') + 1]).toMatch(new RegExp(`^${container.volumeMounts[0].mountPath}/.*-${index}$`));
  }
});

it('needs no root and no network of its own', () => {
  expect(container.securityContext).toMatchObject({ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true });
  expect(container.image).toMatch(/:\d+\.\d+\.\d+$/);
});
