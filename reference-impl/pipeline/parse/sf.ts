/** San Francisco-like JSON. */
import { Compile } from 'typebox/compile';
import { SF_DISPOSITIONS, SfSchema } from '../../../contract/dialects.ts';
import { readJson } from './json.ts';
import { localMoment } from './moment.ts';
import { NO_NARRATIVE, oneRow, trimSpaces, type ParsedMessage } from './normal.ts';

const schema = Compile(SfSchema);

export function parseSf(body: string, zone: string): ParsedMessage {
  const value = readJson(body);
  if (value === undefined) return { refused: 'unreadable' };
  if (!schema.Check(value)) return oneRow('schema');
  const incidentMs = localMoment(value.received_datetime, zone);
  const updatedMs = localMoment(value.call_last_updated_at, zone);
  if (incidentMs === null || updatedMs === null) return oneRow('bad-time');
  const final = trimSpaces(value.call_type_final ?? '');
  return oneRow({
    recordId: trimSpaces(value.cad_number),
    dialect: 'sf',
    incidentMs,
    updatedMs,
    nature: final === '' ? trimSpaces(value.call_type_original) : final,
    ...outcome(value.disposition ?? null),
    location: { kind: 'text', text: trimSpaces(value.intersection_name) },
    narrative: () => NO_NARRATIVE,
  });
}

// --- internal ---

function outcome(code: string | null) {
  if (code === null) return { status: 'open', disposition: 'none' } as const;
  return Object.hasOwn(SF_DISPOSITIONS, code)
    ? SF_DISPOSITIONS[code]
    : ({ status: 'closed', disposition: 'none' } as const);
}
