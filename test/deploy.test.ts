/**
 * What `docker compose config` would refuse, and more: no container can be run where tests run. The part of the compose specification
 * that the file uses is checked key by key, and everything that it names must exist.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Type from 'typebox';
import Value from 'typebox/value';
import { describe, expect, it } from 'vitest';
// Comes with @fastify/swagger.
import { parse } from 'yaml';
import { COMMANDS } from '../harness/cli/commands.ts';
import { resolveConfig } from '../reference-impl/server/config.ts';

const HERE = fileURLToPath(new URL('../deploy/', import.meta.url));
const textOf = (name: string): string => readFileSync(join(HERE, name), 'utf8');
const strict = { additionalProperties: false };
const Text = Type.String();
const Texts = Type.Array(Text);
const Seconds = Type.String({ pattern: '^\\d+s$' });

const Healthcheck = Type.Object(
  {
    test: Type.Optional(Texts),
    interval: Type.Optional(Seconds),
    timeout: Type.Optional(Seconds),
    retries: Type.Optional(Type.Integer()),
    disable: Type.Optional(Type.Boolean()),
  },
  strict,
);
const Condition = Type.Union(['service_started', 'service_healthy'].map((name) => Type.Literal(name)));
const DependsOn = Type.Union([
  Texts,
  Type.Record(Text, Type.Object({ condition: Condition, restart: Type.Optional(Type.Boolean()) }, strict)),
]);
const Service = Type.Object(
  {
    build: Type.Optional(Type.Object({ context: Text, dockerfile: Text }, strict)),
    image: Type.String({ pattern: '^[a-z0-9/-]+:v?\\d+\\.\\d+\\.\\d+[\\w.-]*$' }),
    command: Type.Optional(Texts),
    environment: Type.Optional(Type.Record(Text, Text)),
    depends_on: Type.Optional(DependsOn),
    volumes: Type.Optional(Texts),
    // Nothing is published but on loopback.
    ports: Type.Optional(Type.Array(Type.String({ pattern: '^127\\.0\\.0\\.1:\\d+:\\d+$' }))),
    network_mode: Type.Optional(Type.String({ pattern: '^service:' })),
    profiles: Type.Optional(Texts),
    healthcheck: Type.Optional(Healthcheck),
    tmpfs: Type.Optional(Texts),
    read_only: Type.Optional(Type.Boolean()),
    cap_drop: Type.Optional(Texts),
    security_opt: Type.Optional(Texts),
    working_dir: Type.Optional(Text),
    stop_grace_period: Type.Optional(Seconds),
    restart: Type.Optional(Type.Literal('unless-stopped')),
  },
  strict,
);
const Compose = Type.Object(
  {
    name: Type.String({ pattern: '^[a-z0-9][a-z0-9_-]*$' }),
    services: Type.Record(Text, Service),
    volumes: Type.Record(Text, Type.Null()),
  },
  strict,
);

const compose = parse(textOf('compose.yaml')) as Type.Static<typeof Compose>;
const services = Object.entries(compose.services);
const example = Object.fromEntries(
  textOf('example.env')
    .split('\n')
    .filter((line) => /^\w+=/.test(line))
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
);
const filledIn = (text: string): string => text.replaceAll(/\$\{(\w+):\?[^}]*\}/g, (_, name: string) => example[name]);

describe('compose.yaml', () => {
  it('is of the specification, with images of a version and ports on loopback alone', () => {
    expect([...Value.Errors(Compose, compose)]).toEqual([]);
    expect(services.map(([, { image }]) => image).filter((image) => image.includes('latest'))).toEqual([]);
    for (const image of ['node:22', 'prom/prometheus', 'prom/prometheus:latest'])
      expect(Value.Check(Service, { image }), image).toBe(false);
    expect(Value.Check(Service, { image: 'a:1.2.3', ports: ['8080:8080'] })).toBe(false);
  });

  it('mounts files that exist and volumes that it declares', () => {
    const used = new Set<string>();
    for (const [name, { volumes = [], build }] of services) {
      for (const volume of volumes) {
        const [source, target, mode] = volume.split(':');
        expect(target, volume).toMatch(/^\//);
        if (source.startsWith('.')) {
          expect(existsSync(join(HERE, source)), `${name}: ${source}`).toBe(true);
          expect(mode, volume).toBe('ro');
        } else used.add(source);
      }
      if (build !== undefined) expect(existsSync(join(HERE, build.context, build.dockerfile)), name).toBe(true);
    }
    expect([...used].sort()).toEqual(Object.keys(compose.volumes).sort());
  });

  it('refers to services that there are, and publishes no port of a shared network', () => {
    const names = services.map(([name]) => name);
    for (const [name, { depends_on: before = [], network_mode: mode, ports }] of services) {
      for (const one of Array.isArray(before) ? before : Object.keys(before)) expect(names, name).toContain(one);
      if (mode === undefined) continue;
      expect(names).toContain(mode.slice('service:'.length));
      expect(ports, name).toBeUndefined();
    }
  });

  it('takes every secret from the environment, and the example has all of them', () => {
    const named = [...textOf('compose.yaml').matchAll(/(?<!\$)\$\{(\w+):\?/g)].map(([, name]) => name);
    expect([...new Set(named)].sort()).toEqual(Object.keys(example).sort());
    for (const value of Object.values(example)) expect(value).toMatch(/^synthetic-/);
  });

  it('gives the service options that it takes, and load flags that there are', () => {
    const environment = Object.fromEntries(
      Object.entries(compose.services.serve.environment!).map(([name, value]) => [name, filledIn(value)]),
    );
    expect(resolveConfig({ flags: new Map(), environment, file: null })).not.toBeInstanceOf(Array);
    const [command, , ...rest] = compose.services.load.command!;
    expect(command).toBe('load');
    const flags = rest.filter((word) => word.startsWith('--')).map((word) => word.slice(2));
    expect(flags.filter((flag) => !(flag in COMMANDS.load.flags))).toEqual([]);
  });
});

describe('what the containers read', () => {
  it('is where Grafana looks: dashboards and a source of data', () => {
    const [source] = (
      parse(textOf('grafana/provisioning/datasources/prometheus.yaml')) as { datasources: { url: string }[] }
    ).datasources;
    const [provider] = (
      parse(textOf('grafana/provisioning/dashboards/hundredblock.yaml')) as {
        providers: { options: { path: string } }[];
      }
    ).providers;
    const { environment, volumes } = compose.services.grafana;
    for (const text of [source.url, provider.options.path])
      expect(Object.keys(environment!)).toContain(text.replace(/^\$\{(\w+)\}$/, '$1'));
    expect(volumes).toContain(`../dashboards/grafana:${environment!.DASHBOARDS_DIR}:ro`);
  });

  it('finds the rules from where the configuration lies', () => {
    const { rule_files: files } = parse(textOf('prometheus.yml')) as { rule_files: string[] };
    for (const file of files) expect(existsSync(join(HERE, file)), file).toBe(true);
    const [config] = compose.services.prometheus.command!;
    const mounted = compose.services.prometheus.volumes!.map((volume) => volume.split(':')[1]);
    const at = config.slice('--config.file='.length);
    expect(mounted).toContain(at);
    expect(mounted).toContain(join(at, '..', files[0]));
  });

  it('is a build of a pinned Node by the lock file, without root and without tests', () => {
    const dockerfile = textOf('Dockerfile');
    expect(dockerfile.match(/^FROM .*$/gm)).toEqual(
      Array(2).fill(expect.stringMatching(/^FROM node:22\.\d+\.\d+-bookworm-slim( AS build)?$/)),
    );
    expect(dockerfile).toMatch(/npm ci --omit=dev/);
    expect(dockerfile.lastIndexOf('\nUSER node')).toBeGreaterThan(dockerfile.lastIndexOf('\nRUN'));
    expect(dockerfile).toMatch(/^HEALTHCHECK /m);
    const kept = textOf('Dockerfile.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    for (const name of kept) expect(statSync(join(HERE, '..', name)).size, name).toBeGreaterThan(0);
    expect(kept).toContain('package-lock.json');
  });
});

const promtool = spawnSync('promtool', ['--version']).error === undefined;
describe.skipIf(!promtool && process.env.CI !== 'true')('promtool', () => {
  it('accepts the configuration with its rules', () => {
    const done = spawnSync('promtool', ['check', 'config', join(HERE, 'prometheus.yml')], { encoding: 'utf8' });
    expect(done.status, done.stdout + done.stderr).toBe(0);
  });
});
