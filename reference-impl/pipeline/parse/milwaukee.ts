/** Milwaukee-like JSON: exact addresses, no stamp of its own. */
import { Compile } from 'typebox/compile';
import { MILWAUKEE_STATUS, MilwaukeeSchema } from '../../../contract/dialects.ts';
import { readJson } from './json.ts';
import { localMoment } from './moment.ts';
import { NO_NARRATIVE, oneRow, trimSpaces, type ParsedMessage } from './normal.ts';

const schema = Compile(MilwaukeeSchema);
const CITY = ',MKE';

export function parseMilwaukee(body: string, zone: string): ParsedMessage {
  const value = readJson(body);
  if (value === undefined) return { refused: 'unreadable' };
  if (!schema.Check(value)) return oneRow('schema');
  const incidentMs = localMoment(value.time, zone);
  if (incidentMs === null) return oneRow('bad-time');
  const place = trimSpaces(value.location);
  const city = place.slice(-CITY.length).toUpperCase() === CITY;
  return oneRow({
    recordId: trimSpaces(value.id),
    dialect: 'milwaukee',
    incidentMs,
    updatedMs: null,
    nature: trimSpaces(value.nature),
    ...outcome(value.status),
    location: { kind: 'text', text: city ? trimSpaces(place.slice(0, -CITY.length)) : place },
    narrative: () => NO_NARRATIVE,
  });
}

// --- internal ---

function outcome(text: string) {
  return Object.hasOwn(MILWAUKEE_STATUS, text)
    ? MILWAUKEE_STATUS[text]
    : ({ status: 'closed', disposition: 'none' } as const);
}
