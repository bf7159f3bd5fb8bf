/** Tampa-like JSON: the place is cut to the hundred-block at source, the remarks are not. */
import { Compile } from 'typebox/compile';
import { TampaSchema } from '../../../contract/dialects.ts';
import type { PublishedDisposition, RecordStatus } from '../../../contract/manifest.ts';
import { readJson } from './json.ts';
import { zuluMoment } from './moment.ts';
import { oneRow, trimSpaces, type ParsedMessage } from './normal.ts';

const schema = Compile(TampaSchema);

export function parseTampa(body: string): ParsedMessage {
  const value = readJson(body);
  if (value === undefined) return { refused: 'unreadable' };
  if (!schema.Check(value)) return oneRow('schema');
  const incidentMs = zuluMoment(value.opened_at);
  const updatedMs = zuluMoment(value.updated_at);
  if (incidentMs === null || updatedMs === null) return oneRow('bad-time');
  const status = STATUS[value.status];
  return oneRow({
    recordId: trimSpaces(value.incident_id),
    dialect: 'tampa',
    incidentMs,
    updatedMs,
    nature: trimSpaces(value.event_type),
    status,
    disposition: status === 'closed' ? disposition(value.disposition ?? null) : 'none',
    location: { kind: 'text', text: trimSpaces(value.block_address) },
    narrative: () => ({ text: value.remarks ?? '', privates: [value.block_address] }),
  });
}

// --- internal ---

const STATUS: Readonly<Record<'ACTIVE' | 'CANCELED' | 'CLEARED', RecordStatus>> = {
  ACTIVE: 'open',
  CANCELED: 'cancelled',
  CLEARED: 'closed',
};

function disposition(text: string | null): PublishedDisposition {
  switch (text) {
    case 'REPORT':
      return 'founded';
    case 'UNFOUNDED':
      return 'unfounded';
    case 'DUPLICATE':
      return 'duplicate';
    default:
      return 'none';
  }
}
