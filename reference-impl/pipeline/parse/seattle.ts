/** Seattle-like CSV batches. */
import { SEATTLE_CLEARANCES, SEATTLE_COLUMNS } from '../../../contract/dialects.ts';
import { readCsv } from './csv.ts';
import { usMoment } from './moment.ts';
import { NO_NARRATIVE, trimSpaces, type ParsedMessage, type ParsedRow } from './normal.ts';

export function parseSeattle(body: string, zone: string): ParsedMessage {
  const table = readCsv(body);
  if (table === null || table.length === 0 || !isHeader(table[0])) return { refused: 'unreadable' };
  return { refused: null, asOfMs: null, rows: table.slice(1).map((cells) => row(cells, zone)) };
}

// --- internal ---

const EVENT_NUMBER = SEATTLE_COLUMNS.indexOf('CAD Event Number');
const CLEARANCE = SEATTLE_COLUMNS.indexOf('Event Clearance Description');
const INITIAL_TYPE = SEATTLE_COLUMNS.indexOf('Initial Call Type');
const FINAL_TYPE = SEATTLE_COLUMNS.indexOf('Final Call Type');
const QUEUED = SEATTLE_COLUMNS.indexOf('Original Time Queued');
const LONGITUDE = SEATTLE_COLUMNS.indexOf('Blurred_Longitude');
const LATITUDE = SEATTLE_COLUMNS.indexOf('Blurred_Latitude');
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/;

function isHeader(cells: string[]): boolean {
  return cells.length === SEATTLE_COLUMNS.length && SEATTLE_COLUMNS.every((name, i) => cells[i] === name);
}

function row(cells: string[], zone: string): ParsedRow {
  if (cells.length !== SEATTLE_COLUMNS.length) return 'schema';
  const finalType = trimSpaces(cells[FINAL_TYPE]);
  const nature = finalType === '' ? trimSpaces(cells[INITIAL_TYPE]) : finalType;
  if (
    cells[EVENT_NUMBER] === '' ||
    nature === '' ||
    cells[QUEUED] === '' ||
    cells[LONGITUDE] === '' ||
    cells[LATITUDE] === ''
  )
    return 'schema';
  const incidentMs = usMoment(trimSpaces(cells[QUEUED]), zone);
  if (incidentMs === null) return 'bad-time';
  const latitude = degrees(cells[LATITUDE], 90);
  const longitude = degrees(cells[LONGITUDE], 180);
  if (latitude === null || longitude === null) return 'bad-location';
  return {
    recordId: trimSpaces(cells[EVENT_NUMBER]),
    dialect: 'seattle',
    incidentMs,
    updatedMs: null,
    nature,
    ...outcome(cells[CLEARANCE]),
    location: {
      kind: 'coordinates',
      text: `${trimSpaces(cells[LATITUDE])},${trimSpaces(cells[LONGITUDE])}`,
      latitude,
      longitude,
    },
    narrative: () => NO_NARRATIVE,
  };
}

function degrees(cell: string, limit: number): number | null {
  const text = trimSpaces(cell);
  if (!NUMBER.test(text)) return null;
  const value = Number(text);
  return value >= -limit && value <= limit ? value : null;
}

function outcome(text: string) {
  if (text === '') return { status: 'open', disposition: 'none' } as const;
  return Object.hasOwn(SEATTLE_CLEARANCES, text)
    ? SEATTLE_CLEARANCES[text]
    : ({ status: 'closed', disposition: 'none' } as const);
}
