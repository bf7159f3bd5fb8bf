import { describe, expect, it } from 'vitest';
import type { Mapping } from '../../contract/mapping.ts';
import { csvColumns } from './columns.ts';
import { placeReader } from './place.ts';

function placeOf(place: Mapping['place'], cells: Record<string, string>): string | null {
  const header = Object.keys(cells);
  const { text, refused } = placeReader(
    place,
    csvColumns(header, ['', 'None']),
  )({ cells: Object.values(cells), value: undefined, parents: [], key: '' });
  return refused ? null : text;
}

const AREA = { area: 'z', within: 'Testville' };
const BLOCK: Mapping['place'] = { from: [{ block: 'b', street: 's' }, { address: 's' }] };

describe('placeReader', () => {
  it.each<[place: Mapping['place'], cells: Record<string, string>, expected: string | null]>([
    [{ from: { address: 'a' } }, { a: ' 2854  n Maple St ' }, '2854 N MAPLE ST'],
    [{ from: { address: ['n', 'd', 's'] } }, { n: '2854', d: 'None', s: 'Maple St' }, '2854 MAPLE ST'],
    [{ from: { address: 'a' } }, { a: '12XX BLOCK OF E PINE ST' }, '12XX E PINE ST'],
    [{ from: { address: 'a' } }, { a: '001XX Canal St' }, '1XX CANAL ST'],
    [{ from: { address: 'a' } }, { a: 'Unit Blk of Pine St' }, 'XX PINE ST'],
    [BLOCK, { b: '2800', s: 'W MAPLE ST' }, '2800 BLOCK W MAPLE ST'],
    [BLOCK, { b: '2854', s: 'W MAPLE ST' }, '2800 BLOCK W MAPLE ST'],
    [BLOCK, { b: '2800.0', s: 'W MAPLE ST' }, '2800 BLOCK W MAPLE ST'],
    [BLOCK, { b: '12', s: 'W MAPLE ST' }, 'XX W MAPLE ST'],
    [BLOCK, { b: '28XX', s: 'W MAPLE ST' }, '28XX W MAPLE ST'],
    [BLOCK, { b: '', s: 'N 5TH AVE / W MAPLE ST' }, 'N 5TH AVE / W MAPLE ST'],
    [BLOCK, { b: '', s: '' }, ''],
    [{ from: { crossing: 'c' } }, { c: '24TH ST \\ MISSION ST' }, '24TH ST \\ MISSION ST'],
    [{ from: { crossing: ['c', 'd'] } }, { c: '24th St', d: 'Mission St' }, '24TH ST / MISSION ST'],
    [{ from: { crossing: ['c', 'd'] } }, { c: '24th St', d: '' }, ''],
    [{ from: { area: 'z', label: 'BEAT', within: 'SEATTLE' } }, { z: 'K3' }, 'BEAT K THREE / SEATTLE'],
    [{ from: { area: 'z', within: 'TESTVILLE' } }, { z: 'NORTH/WEST' }, 'NORTH WEST / TESTVILLE'],
    [{ from: { address: 'a' }, stripSuffix: [',mke', ', WI'] }, { a: '2854 N MAPLE ST, WI,MKE' }, '2854 N MAPLE ST'],
    [
      { from: { address: 'a' }, stripPrefix: ['at '], cutAt: [' ('] },
      { a: 'AT 2854 N MAPLE ST (rear)' },
      '2854 N MAPLE ST',
    ],
    [{ from: { address: 'a' }, replace: { ' and ': ' / ' } }, { a: 'MAPLE ST AND PINE ST' }, 'MAPLE ST / PINE ST'],
    [
      { from: { address: 'a' }, replace: { ' 7 mile': ' seven mile' } },
      { a: '7 Mile Rd & 17 Mile Rd' },
      'SEVEN MILE RD & 17 MILE RD',
    ],
    [{ from: { crossing: 'c' } }, { c: '2854 MAPLE ST' }, null],
    [{ from: { crossing: 'c' } }, { c: '28XX BLOCK OF MAPLE ST' }, null],
    [{ from: [{ crossing: 'c' }, { address: 'a' }] }, { c: '', a: '2854 MAPLE ST' }, '2854 MAPLE ST'],
    [{ from: [AREA, { area: 'y', within: 'TESTVILLE' }] }, { z: 'n/a', y: 'West' }, 'WEST / TESTVILLE'],
    [{ from: { ...AREA, label: 'beat' }, stripPrefix: ['beat '] }, { z: 'Beat 213' }, 'BEAT TWO ONE THREE / TESTVILLE'],
    [{ from: AREA }, { z: 'NORTH DISTRICT 4' }, 'NORTH DISTRICT FOUR / TESTVILLE'],
    ...[
      '2854 MAPLE ST',
      '28 MAPLE',
      '2854',
      '555-0142',
      '0.001',
      'MAPLE, ELM',
      'A#4',
      'A@B',
      'OLD TOWN SOUTH SIDE',
      '4/MAPLE',
    ].map((z): [Mapping['place'], Record<string, string>, null] => [{ from: AREA }, { z }, null]),
    ...['-', '--', 'N/A', 'na', 'none', 'Null', 'UNKNOWN', ' ? '].map(
      (z): [Mapping['place'], Record<string, string>, string] => [{ from: AREA }, { z }, ''],
    ),
  ])('%j of %j is %j', (place, cells, expected) => {
    expect(placeOf(place, cells)).toBe(expected);
  });
});
