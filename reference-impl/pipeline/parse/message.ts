/** One message of any dialect. */
import type { Dialect } from '../../../contract/catalogue.ts';
import { parseDallas } from './dallas.ts';
import { parseEido } from './eido.ts';
import { parseMilwaukee } from './milwaukee.ts';
import type { NormalRecord, ParsedMessage } from './normal.ts';
import { parseSeattle } from './seattle.ts';
import { parseSf } from './sf.ts';
import { parseTampa } from './tampa.ts';

const ID_LENGTH_MAX = 128;
const NATURE_LENGTH_MAX = 256;
const PLACE_LENGTH_MAX = 1024;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** Reads `body` as `dialect`; `zone` is the agency's, and must be a known one. Never throws on a body. */
export function parseMessage(dialect: Dialect, body: string, zone: string): ParsedMessage {
  const parsed = parseAs(dialect, body, zone);
  if (parsed.refused !== null) return parsed;
  return { ...parsed, rows: parsed.rows.map((row) => (typeof row === 'string' || isBounded(row) ? row : 'schema')) };
}

// --- internal ---

/** What is kept of a record has a bounded length, and its id names it and nothing else once it is bytes. */
function isBounded(record: NormalRecord): boolean {
  const { recordId, nature, location } = record;
  if (recordId.length === 0 || recordId.length > ID_LENGTH_MAX || LONE_SURROGATE.test(recordId)) return false;
  return nature.length <= NATURE_LENGTH_MAX && location.text.length <= PLACE_LENGTH_MAX;
}

function parseAs(dialect: Dialect, body: string, zone: string): ParsedMessage {
  switch (dialect) {
    case 'eido':
      return parseEido(body);
    case 'sf':
      return parseSf(body, zone);
    case 'seattle':
      return parseSeattle(body, zone);
    case 'dallas':
      return parseDallas(body, zone);
    case 'tampa':
      return parseTampa(body);
    case 'milwaukee':
      return parseMilwaukee(body, zone);
  }
}
