import { describe, expect, it } from 'vitest';
import { createLog, errorFields } from './log.ts';

const CANARY = 'canary-555-0142';

describe('the log', () => {
  it('writes lines of JSON with a code, from its level on', () => {
    const lines: string[] = [];
    const log = createLog('info', { write: (line) => lines.push(line) });
    log.debug('not-shown');
    log.info('request', { door: 'cad', status: 202 });
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0])).toMatchObject({ level: 'info', code: 'request', door: 'cad', status: 202 });
  });

  it('drops fields that could hold what somebody sent', () => {
    const lines: string[] = [];
    const log = createLog('info', { write: (line) => lines.push(line) });
    log.warn('request', { body: CANARY, text: CANARY, token: CANARY, url: CANARY, headers: CANARY, resident: 12 });
    expect(lines.join('')).not.toContain(CANARY);
    expect(JSON.parse(lines[0])).not.toHaveProperty('resident');
  });

  it('tells of an error where it was, not what it says', () => {
    let caught: unknown;
    try {
      JSON.parse(`{"name": ${CANARY}}`);
    } catch (error) {
      caught = error;
    }
    expect(String(caught)).toContain('canar');
    const text = JSON.stringify(errorFields(caught));
    expect(text).not.toContain('canar');
    expect(text).toContain('log.test.ts');
    expect(JSON.stringify(errorFields(new Error(`first line\n${CANARY}\n    and ${CANARY}`)))).not.toContain(CANARY);
    expect(errorFields(CANARY)).toEqual({ error: 'string' });
  });
});
