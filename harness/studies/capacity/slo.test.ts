import { expect, it } from 'vitest';
import { VERDICTS } from '../../../contract/record/kinds.ts';
import { NO_TAIL } from '../../../stats/tail.ts';
import { judgeObjectives, parseObjectives, type Measured } from './slo.ts';

function measured(): Measured {
  const process = { cpuShare: 0.5, eventLoopDelayMs: null, rssMiB: null, memoryPerResidentKiB: null };
  const none = NO_TAIL;
  return {
    latencyMs: {
      accept: { ...none, count: 100, p50: 2, p99: 40 },
      firstDelivery: none,
      delivery: none,
      completion: { ...none, count: 10, p99: 1999, max: 2400 },
      device: none,
      connect: none,
    },
    generatorLagMs: { ...none, count: 10, p99: 3 },
    verdicts: { ...(Object.fromEntries(VERDICTS.map((v) => [v, 0])) as Measured['verdicts']), delivered: 995, late: 5 },
    unexplained: 0,
    load: {
      deliveries: { received: 1000, repeated: 0, gaps: 2 },
      refusals: { overloaded: 3, connection: 1 },
      retries: 4,
      generator: process,
      targetProcess: process,
    },
  };
}

it('reads measures, quantiles, operators and units, with spaces or without', () => {
  expect(parseObjectives('slo', 'completion.p99<2s, lost = 0,late<=0.5%,targetMemory<1GiB')).toEqual([
    {
      text: 'completion.p99<2s',
      measure: 'completion.p99',
      stage: 'completion',
      operator: '<',
      limit: 2000,
      unit: 'ms',
    },
    { text: 'lost=0', measure: 'lost', stage: 'lost', operator: '=', limit: 0, unit: 'number' },
    { text: 'late<=0.5%', measure: 'late', stage: 'late', operator: '<=', limit: 0.005, unit: 'share' },
    {
      text: 'targetMemory<1GiB',
      measure: 'targetMemory',
      stage: 'targetMemory',
      operator: '<',
      limit: 1024,
      unit: 'MiB',
    },
  ]);
});

it('tells p99 from p999', () => {
  expect(parseObjectives('slo', 'accept.p999<1s')[0].measure).toBe('accept.p999');
});

it.each([
  ['complete.p99<2s', 0, 'a measure'],
  ['lost=0,completion<2s', 17, 'a quantile of completion'],
  ['completion.p98<2s', 10, 'a quantile of completion'],
  ['lost==0', 5, 'a number'],
  ['lost0', 4, 'an operator'],
  ['completion.p99<2', 16, 'us, ms, s or m after the number'],
  ['completion.p99<2s,', 18, 'a measure'],
  ['lost=0 ms', 7, 'no unit or % after the number'],
  ['', 0, 'a measure'],
])('%j: the caret stands under column %i', (text, column, expected) => {
  let message = '';
  try {
    parseObjectives('slo', text);
  } catch (error) {
    message = (error as Error).message;
  }
  const [first, shown, caret] = message.split('\n');
  expect(first).toContain(`--slo: expected ${expected}`);
  expect(shown).toBe(text);
  expect(caret).toBe(`${' '.repeat(column)}^`);
});

it.each(['lost=0,lost>1', 'completion.p99<0s', 'accept.p50>2s,accept.p50<=2s', 'gaps=-1', 'lost=1,lost=2'])(
  'nothing can meet %s',
  (text) => {
    expect(() => parseObjectives('slo', text)).toThrow(
      expect.objectContaining({ code: 'HB_OPTION_VALUE', exitCode: 2 }),
    );
  },
);

it.each(['lost>=1,lost=1', 'accept.p50<1s,accept.p99<2s', 'lost<=0', 'lost=0,late<1%'])(
  '%s is no contradiction',
  (text) => {
    expect(parseObjectives('slo', text)).not.toHaveLength(0);
  },
);

it('compares objectives with what a run measured; an objective without a measurement is not met', () => {
  const objectives = parseObjectives(
    'slo',
    'completion.p99<2s,completion.max<2s,late<0.5%,late<=0.5%,refused<5,gaps=2,targetCpu<60%,device.p99<1s,targetLoop.p99<1s',
  );
  const findings = judgeObjectives(objectives, measured());
  expect(findings.map(({ found, met }) => [found, met])).toEqual([
    [1999, true],
    [2400, false],
    [0.005, false],
    [0.005, true],
    [4, true],
    [2, true],
    [0.5, true],
    [null, false],
    [null, false],
  ]);
});
