import { describe, expect, it } from 'vitest';
import { barText, createProgress } from './progress.ts';

function fakeStream(isTTY: boolean): { stream: NodeJS.WriteStream; written: () => string } {
  let text = '';
  const stream = { isTTY, columns: 80, write: (part: string) => ((text += part), true) };
  return { stream: stream as unknown as NodeJS.WriteStream, written: () => text };
}

describe('progress', () => {
  it('draws a bar with the time that is left', () => {
    expect(barText('city', 0.5, 'Thu', 4000, 100)).toBe('city  ##############--------------  50%  Thu  4 s left');
    expect(barText('city', 1, 'done', 4000, 100)).toBe('city  ############################ 100%  done');
    expect(barText('city', 0.5, 'x'.repeat(200), 1000, 60)).toHaveLength(59);
  });

  it('writes plain lines by tenths if there is no terminal, without control characters', () => {
    const { stream, written } = fakeStream(false);
    const progress = createProgress({ stream, label: 'city', quiet: false });
    for (let i = 0; i <= 100; i += 1) progress.update(i / 100, `day ${i}`);
    progress.end();
    const lines = written().trimEnd().split('\n');
    expect(lines.length).toBeGreaterThanOrEqual(9);
    expect(lines.length).toBeLessThanOrEqual(12);
    // oxlint-disable-next-line no-control-regex -- control characters are what must not be there
    expect(written()).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });

  it('is silent when asked to be', () => {
    const { stream, written } = fakeStream(true);
    const progress = createProgress({ stream, label: 'city', quiet: true });
    progress.update(0.5, 'x');
    progress.end();
    expect(written()).toBe('');
  });
});
