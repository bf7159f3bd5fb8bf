import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { COMMANDS } from './commands.ts';

it.each(Object.entries(COMMANDS))('%s has its own name', (name, command) => {
  expect(command.name).toBe(name);
});

it('are listed without loading a package or a schema: help pages must stay quick', () => {
  const reached = new Set<string>();
  const packages = new Set<string>();
  const queue = [new URL('commands.ts', import.meta.url).href];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (reached.has(file)) continue;
    reached.add(file);
    const source = readFileSync(new URL(file), 'utf8');
    for (const [, specifier] of source.matchAll(/^(?:import|export) (?!type )[^;]*?from '([^']+)';/gm)) {
      if (specifier.startsWith('.')) queue.push(new URL(specifier, file).href);
      else if (!specifier.startsWith('node:')) packages.add(specifier);
    }
  }
  expect([...packages]).toEqual([]);
  expect(reached.size).toBeGreaterThan(25);
  expect(reached.size).toBeLessThan(50);
});
