import { describe, expect, it } from 'vitest';
import { overall } from './change.ts';

describe('the answer over all measures', () => {
  it('is worse if any is, and the same only if none is unclear', () => {
    expect(overall(['same', 'better', 'worse', 'unclear'])).toBe('worse');
    expect(overall(['same', 'unclear', 'better'])).toBe('unclear');
    expect(overall(['same', 'better'])).toBe('better');
    expect(overall(['same', 'same'])).toBe('same');
    expect(overall([])).toBe('unclear');
  });
});
