import { expect, it } from 'vitest';
import { table } from './table.ts';

it('aligns figures to the right and words to the left', () => {
  const rows = [
    { name: 'hold', unit: 'events/s', value: 8_123_456, base: 16_000_000, baseName: 'bare heap', ratio: 0.50771 },
    { name: 'redaction', unit: 'MB/s', value: 12.3456, base: 1, baseName: 'scan', ratio: 12.3456 },
  ];
  expect(table(rows)).toBe(
    [
      'what           value  unit      against         value  ratio',
      'hold       8,123,000  events/s  bare heap  16,000,000   0.51',
      'redaction      12.35  MB/s      scan                1  12.35',
    ].join('\n'),
  );
});
