/** One message of any dialect. */
import type { Dialect } from '../../../contract/catalogue.ts';
import { parseDallas } from './dallas.ts';
import { parseEido } from './eido.ts';
import { parseMilwaukee } from './milwaukee.ts';
import type { ParsedMessage } from './normal.ts';
import { parseSeattle } from './seattle.ts';
import { parseSf } from './sf.ts';
import { parseTampa } from './tampa.ts';

/** Reads `body` as `dialect`; `zone` is the agency's, and must be a known one. Never throws on a body. */
export function parseMessage(dialect: Dialect, body: string, zone: string): ParsedMessage {
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
