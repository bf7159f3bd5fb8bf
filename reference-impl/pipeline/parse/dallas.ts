/** Dallas-like portal snapshots: one row per unit, one record per incident number. */
import { Compile } from 'typebox/compile';
import { DallasRowSchema, DallasSchema, type DallasRow } from '../../../contract/dialects.ts';
import { readJson } from './json.ts';
import { localMoment } from './moment.ts';
import { NO_NARRATIVE, trimSpaces, type ParsedMessage, type ParsedRow } from './normal.ts';

const snapshotSchema = Compile(DallasSchema);
const rowSchema = Compile(DallasRowSchema);

export function parseDallas(body: string, zone: string): ParsedMessage {
  const value = readJson(body);
  if (value === undefined || !snapshotSchema.Check(value)) return { refused: 'unreadable' };
  const asOfMs = localMoment(value.as_of, zone);
  if (asOfMs === null) return { refused: 'unreadable' };
  const rows: ParsedRow[] = [];
  const listed = new Set<string>();
  for (const raw of value.rows) {
    if (!rowSchema.Check(raw)) {
      rows.push('schema');
      continue;
    }
    const recordId = trimSpaces(raw.incident_number);
    if (listed.has(recordId)) continue;
    listed.add(recordId);
    rows.push(row(raw, recordId, asOfMs, zone));
  }
  return { refused: null, asOfMs, rows };
}

// --- internal ---

const DATE = /^\d{4}-\d{2}-\d{2}$/;

function row(raw: DallasRow, recordId: string, asOfMs: number, zone: string): ParsedRow {
  const incidentMs = DATE.test(raw.date) ? localMoment(`${raw.date}T${raw.time}`, zone) : null;
  if (incidentMs === null) return 'bad-time';
  return {
    recordId,
    dialect: 'dallas',
    incidentMs,
    updatedMs: asOfMs,
    nature: trimSpaces(raw.nature_of_call),
    status: 'open',
    disposition: 'none',
    location: { kind: 'text', text: placeText(trimSpaces(raw.block), trimSpaces(raw.location)) },
    narrative: () => NO_NARRATIVE,
  };
}

/** A number is the block's, not a house's. */
function placeText(block: string, location: string): string {
  return trimSpaces(/^\d+$/.test(block) ? `${block} BLOCK ${location}` : `${block} ${location}`);
}
