import { expect, it } from 'vitest';
import { createLog } from '../log.ts';
import { createBoundedLog } from './bounded-log.ts';

it('writes so many lines a second, and tells how many it left out', () => {
  const lines: string[] = [];
  let nowMs = 0;
  const bounded = createBoundedLog(createLog('info', { write: (line) => lines.push(line) }), 10, () => nowMs);
  for (let i = 0; i < 500; i++) bounded.note('info', 'request', { status: 404 });
  expect(lines).toHaveLength(10);
  nowMs = 100;
  for (let i = 0; i < 3; i++) bounded.note('warn', 'request', { status: 500 });
  expect(lines).toHaveLength(11);
  expect(JSON.parse(lines[10])).toMatchObject({ level: 'warn', status: 500, leftOut: 490 });
  nowMs = 200;
  bounded.note('info', 'request', { status: 404 });
  expect(JSON.parse(lines[11])).toMatchObject({ leftOut: 2 });
  nowMs = 5000;
  bounded.note('info', 'request', { status: 404 });
  expect(JSON.parse(lines[12])).not.toHaveProperty('leftOut');
});
