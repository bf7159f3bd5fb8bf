/** docs/reference/contract.md and contract/*.ts say the same: what one names, the other knows. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CATEGORIES, CATEGORY_LABELS, PRESETS } from '../contract/catalogue.ts';
import { SPEED_MAX } from '../contract/clock.ts';
import { credentialOf, ROLES, tokenOf } from '../contract/credentials.ts';
import { ONBOARDING_SCHEMA, OnboardingSchema } from '../contract/onboarding.ts';
import { DM_PER_DEGREE } from '../contract/plane.ts';
import {
  CLOSE_CODES,
  deviceTopic,
  HEADERS,
  MEDIA,
  MQTT,
  PATHS,
  REFUSALS,
  STREAM_PROTOCOL,
  STREAM_TOKEN_PREFIX,
  streamText,
} from '../contract/wire.ts';

const text = readFileSync(new URL('../docs/reference/contract.md', import.meta.url), 'utf8');
/** The text as one line: a phrase may go on in the next line of the page. */
const words = text.replace(/\s+/g, ' ');
/** First cells of the rows of the table under a heading, and the other cells beside them. */
function rowsUnder(heading: string): string[][] {
  const section = text.split(new RegExp(`^#+ ${heading}$`, 'm'))[1].split(/^#/m)[0];
  const rows = section.split('\n').filter((line) => line.startsWith('| '));
  return rows.slice(1).map((row) => row.slice(2, -2).split(' | '));
}
const bare = (cell: string) => cell.replaceAll('`', '');

describe('docs/reference/contract.md', () => {
  it('has every path with its parameters, and no other', () => {
    const named = new Set(
      [...text.matchAll(/`(?:[A-Z]+ )?(\/(?:v1|healthz|readyz|metrics)[\w/:-]*)`/g)].map((m) => m[1]),
    );
    const paths = Object.values(PATHS).filter((path) => path !== PATHS.docs);
    expect([...named].filter((path) => path !== '/v1/me' && path !== '/v1/harness/').sort()).toEqual(
      paths.filter((path) => path !== '/v1/me').sort(),
    );
    const inTable = rowsUnder('Doors').flatMap(([cell]) => [...cell.matchAll(/ (\/[^`]*)`/g)].map((m) => m[1]));
    expect([...new Set(inTable)].sort()).toEqual(paths.sort());
  });

  it('has every refusal with its status', () => {
    const found = Object.fromEntries(rowsUnder('Refusals').map(([code, status]) => [bare(code), Number(status)]));
    expect(found).toEqual(REFUSALS);
  });

  it('has every close code', () => {
    const found = rowsUnder('The stream').map(([code]) => Number(code));
    expect(found.sort()).toEqual(Object.values(CLOSE_CODES).sort());
  });

  it('has every category with its bit, label and preset', () => {
    const rows = rowsUnder('Names').filter(([bit]) => /^\d+$/.test(bit));
    expect(rows.map(([bit, name, label, presets]) => [Number(bit), bare(name), label, bare(presets)])).toEqual(
      CATEGORIES.map((name, bit) => [
        bit,
        name,
        CATEGORY_LABELS[name],
        PRESETS['us-eight'].includes(name) ? 'both' : 'extended',
      ]),
    );
  });

  it('has roles, credentials and tokens that the formula gives', () => {
    expect(
      rowsUnder('Credentials')
        .map(([role]) => bare(role))
        .sort(),
    ).toEqual([...ROLES].sort());
    const secret = /With the secret `([^`]+)`/.exec(text)![1];
    expect(text).toContain(`\n    ${tokenOf(secret, 'agency', 'pd-007')}\n`);
    expect(text).toContain(`\n    ${tokenOf(secret, 'resident', 12)}\n`);
    expect(text).toContain(`\n    device 1048577: password ${credentialOf(secret, 'device', 1_048_577)}\n`);
  });

  it('has headers, media types, subprotocols, topics, frames and numbers as the code has them', () => {
    const lower = text.toLowerCase();
    for (const name of Object.values(HEADERS)) expect(lower).toContain(name);
    for (const media of Object.values(MEDIA)) expect(text).toContain(`\`${media}\``);
    expect(words).toContain(`\`${STREAM_PROTOCOL}\` and \`${STREAM_TOKEN_PREFIX}<token>\``);
    for (const kind of MQTT.kinds) expect(text).toContain(deviceTopic(0, kind).replace('/0/', '/<id>/'));
    expect(words).toContain('at most 1,024 bytes');
    expect(MQTT.payloadBytesMax).toBe(1024);
    for (const type of ['alert', 'post'] as const)
      expect(text).toContain(`    ${streamText(0, type, '').replace('0', 'N').slice(0, -1)}`);
    expect(words).toContain('S is 0 to 10,000.');
    expect(SPEED_MAX).toBe(10_000);
    expect(words).toContain('A degree is 1,113,195 dm');
    expect(DM_PER_DEGREE).toBe(1_113_195);
  });

  it('has every field of the onboarding document', () => {
    expect(text).toContain(`\`${ONBOARDING_SCHEMA}\``);
    const rows = rowsUnder('Onboarding').map(([name]) => bare(name).replace('[]', ''));
    expect(rows.sort()).toEqual(Object.keys(OnboardingSchema.properties).sort());
    const { agencies, roster } = OnboardingSchema.properties;
    for (const name of [...Object.keys(agencies.items.properties), ...Object.keys(roster.properties)])
      expect(text, name).toContain(`\`${name}\``);
  });
});
