import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PATHS, REFUSALS } from '../../../contract/wire.ts';
import { openTown, type Town } from './town.testing.ts';

interface Operation {
  summary?: string;
  security?: Record<string, string[]>[];
  parameters?: { name: string; in: string; required?: boolean }[];
  requestBody?: { content: Record<string, { schema: object }> };
  responses: Record<string, { description: string; content?: Record<string, { schema: object }> }>;
}
interface Document {
  openapi: string;
  info: { title: string; version: string };
  paths: Record<string, Record<string, Operation>>;
  components: { securitySchemes: Record<string, object> };
}

let town: Town;
let document: Document;
beforeAll(async () => {
  town = await openTown();
  document = (await (await fetch(`${town.url}${PATHS.docs}/json`)).json()) as Document;
});
afterAll(() => town.close());

const METHODS: Readonly<Record<string, string[]>> = {
  [PATHS.health]: ['get'],
  [PATHS.ready]: ['get'],
  [PATHS.metrics]: ['get'],
  [PATHS.onboarding]: ['put'],
  [PATHS.clock]: ['get', 'put'],
  [PATHS.cad]: ['post'],
  [PATHS.alerts]: ['get'],
  [PATHS.preferences]: ['get', 'patch'],
  [PATHS.mute]: ['delete', 'put'],
  [PATHS.me]: ['delete'],
  [PATHS.posts]: ['post'],
  [PATHS.tickets]: ['get'],
  [PATHS.decision]: ['post'],
};

describe('the OpenAPI document', () => {
  it('lists every path and method that is served, and no other', () => {
    expect(document.openapi).toBe('3.1.0');
    const expected = Object.entries(METHODS).map(([path, methods]) => [path.replaceAll(/:([a-z]+)/g, '{$1}'), methods]);
    const listed = Object.entries(document.paths).map(([path, operations]) => [path, Object.keys(operations).sort()]);
    expect(listed.sort()).toEqual(expected.sort());
    // All of the contract's paths but the stream and the page that shows this document.
    expect(Object.keys(METHODS).sort()).toEqual(
      Object.values(PATHS)
        .filter((path) => path !== PATHS.stream && path !== PATHS.docs)
        .sort(),
    );
  });

  it('tells of each operation its answers, its refusals and who may', () => {
    const statuses = new Set(Object.values(REFUSALS).map(String));
    for (const [path, operations] of Object.entries(document.paths))
      for (const [method, operation] of Object.entries(operations)) {
        const name = `${method} ${path}`;
        expect(operation.summary, name).toBeTruthy();
        const answers = Object.keys(operation.responses);
        expect(
          answers.some((status) => status.startsWith('2')),
          name,
        ).toBe(true);
        for (const [status, { description }] of Object.entries(operation.responses)) {
          expect(description, name).toBeTruthy();
          if (!status.startsWith('2')) expect(statuses.has(status), `${name} ${status}`).toBe(true);
        }
        const isOpen = ([PATHS.health, PATHS.ready, PATHS.metrics] as string[]).includes(path);
        expect(operation.security === undefined, name).toBe(isOpen);
        for (const scheme of operation.security ?? [])
          for (const role of Object.keys(scheme)) expect(document.components.securitySchemes).toHaveProperty(role);
        if (!isOpen) expect(answers, name).toEqual(expect.arrayContaining(['401', '403', '503']));
        for (const variable of path.matchAll(/\{([a-z]+)\}/g))
          expect(operation.parameters, name).toContainEqual(
            expect.objectContaining({ name: variable[1], in: 'path', required: true }),
          );
      }
  });

  it('shows the shapes of the contract', () => {
    const cad = document.paths['/v1/agencies/{agency}/cad'].post;
    expect(Object.keys(cad.requestBody?.content ?? {}).sort()).toEqual([
      'application/json',
      'application/x-ndjson',
      'text/csv',
    ]);
    expect(cad.parameters?.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['idempotency-key', 'hundredblock-dialect']),
    );
    expect(Object.keys(cad.responses)).toEqual(
      expect.arrayContaining(['202', '400', '409', '413', '415', '422', '429']),
    );
    const page = document.paths[PATHS.alerts].get.responses['200'].content?.['application/json'].schema;
    expect(page).toMatchObject({ properties: { messages: { type: 'array' }, lastSequence: { minimum: 0 } } });
    expect(document.paths[PATHS.preferences].patch.requestBody?.content['application/json'].schema).toMatchObject({
      additionalProperties: false,
    });
  });

  it('refers to nothing that is not there', () => {
    const text = JSON.stringify(document);
    for (const [, reference] of text.matchAll(/"\$ref":"([^"]+)"/g)) {
      const found = reference
        .slice(2)
        .split('/')
        .reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], document);
      expect(found, reference).toBeDefined();
    }
  });
});
