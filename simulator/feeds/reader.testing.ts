/** A reader of feed messages by docs/reference/rules.md and contract/dialects.ts, for tests. It shares no code with the renderers. */
import Schema from 'typebox/value';
import type { Dialect } from '../../contract/catalogue.ts';
import {
  DallasRowSchema,
  DallasSchema,
  EidoSchema,
  MILWAUKEE_STATUS,
  MilwaukeeSchema,
  SEATTLE_CLEARANCES,
  SEATTLE_COLUMNS,
  SF_DISPOSITIONS,
  SfSchema,
  TampaSchema,
  type DallasRow,
  type EidoMessage,
  type MilwaukeeMessage,
  type SfMessage,
  type TampaMessage,
} from '../../contract/dialects.ts';
import { civilToMs, MINUTE_MS, parseIso } from '../../contract/time.ts';
import { localToUtc } from '../../contract/zones.ts';

/** A record as read; `place`: its text by the rules. */
export interface Read {
  recordId: string;
  incidentMs: number;
  updatedMs: number | null;
  nature: string;
  status: string;
  disposition: string;
  place: string;
}

/** One entry for each record, in order, which is null if the record must be rejected. Null if the whole message can't be read. */
export function readMessage(dialect: Dialect, zone: string, body: string): (Read | null)[] | null {
  if (dialect === 'seattle') return readBatch(zone, body);
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return null;
  }
  switch (dialect) {
    case 'eido':
      return [Schema.Check(EidoSchema, json) ? whole(readEido(json)) : null];
    case 'sf':
      return [Schema.Check(SfSchema, json) ? whole(readSf(zone, json)) : null];
    case 'tampa':
      return [Schema.Check(TampaSchema, json) ? whole(readTampa(json)) : null];
    case 'milwaukee':
      return [Schema.Check(MilwaukeeSchema, json) ? whole(readMilwaukee(zone, json)) : null];
    case 'dallas':
      return readSnapshot(zone, json);
  }
}

// --- internal ---

/** Null if one of the times could not be read. */
function whole(read: Read): Read | null {
  return Number.isNaN(read.incidentMs) || Number.isNaN(read.updatedMs) ? null : read;
}

function utc(text: string, suffix: RegExp): number {
  const iso = suffix.test(text) ? parseIso(text) : null;
  return iso === null || iso.offsetMin === null ? NaN : civilToMs(iso.civil) - iso.offsetMin * MINUTE_MS;
}

function local(zone: string, text: string): number {
  const iso = parseIso(text);
  return iso === null || iso.offsetMin !== null ? NaN : localToUtc(zone, civilToMs(iso.civil)).ms;
}

function readEido(m: EidoMessage): Read {
  const i = m.incidentComponent;
  const starts = m.callComponent.map((c) => utc(c.callStartTimestamp, /./));
  const text = i.dispositionComponent?.[0]?.dispositionText ?? '';
  const merged = (m.mergeComponent ?? []).length > 0;
  const status = merged ? 'closed' : i.incidentStatusCommonRegistryText.toLowerCase().replace('active', 'open');
  const said =
    status === 'closed' && ['Founded', 'Unfounded', 'Duplicate'].includes(text) ? text.toLowerCase() : 'none';
  return {
    recordId: i.internalIncidentId.trim(),
    incidentMs: starts.some(Number.isNaN) ? NaN : Math.min(...starts),
    updatedMs: utc(m.lastUpdateTimeStamp, /./),
    nature: i.incidentTypeInternalCode.trim(),
    status,
    disposition: merged ? 'duplicate' : said,
    place: m.locationComponent[0].locationText.trim(),
  };
}

function readSf(zone: string, m: SfMessage): Read {
  const code = m.disposition ?? null;
  const said =
    code === null
      ? { status: 'open', disposition: 'none' }
      : (SF_DISPOSITIONS[code] ?? { status: 'closed', disposition: 'none' });
  return {
    recordId: m.cad_number,
    incidentMs: local(zone, m.received_datetime),
    updatedMs: local(zone, m.call_last_updated_at),
    nature: (m.call_type_final ?? '') === '' ? m.call_type_original : (m.call_type_final as string),
    ...said,
    place: m.intersection_name.trim(),
  };
}

function readTampa(m: TampaMessage): Read {
  const status = { ACTIVE: 'open', CANCELED: 'cancelled', CLEARED: 'closed' }[m.status];
  const said = { REPORT: 'founded', UNFOUNDED: 'unfounded', DUPLICATE: 'duplicate' }[m.disposition ?? ''] ?? 'none';
  return {
    recordId: m.incident_id,
    incidentMs: utc(m.opened_at, /Z$/),
    updatedMs: utc(m.updated_at, /Z$/),
    nature: m.event_type,
    status,
    disposition: status === 'closed' ? said : 'none',
    place: m.block_address.trim(),
  };
}

function readMilwaukee(zone: string, m: MilwaukeeMessage): Read {
  return {
    recordId: m.id,
    incidentMs: local(zone, m.time),
    updatedMs: null,
    nature: m.nature,
    ...(MILWAUKEE_STATUS[m.status] ?? { status: 'closed', disposition: 'none' }),
    place: m.location.replace(/,MKE$/, '').trim(),
  };
}

function readSnapshot(zone: string, json: unknown): (Read | null)[] | null {
  if (!Schema.Check(DallasSchema, json)) return null;
  const updatedMs = local(zone, json.as_of);
  if (Number.isNaN(updatedMs)) return null;
  const seen = new Set<string>();
  const reads: (Read | null)[] = [];
  for (const row of json.rows) {
    if (!Schema.Check(DallasRowSchema, row)) {
      reads.push(null);
      continue;
    }
    if (seen.has(row.incident_number)) continue;
    seen.add(row.incident_number);
    reads.push(whole(readDallasRow(zone, row, updatedMs)));
  }
  return reads;
}

function readDallasRow(zone: string, row: DallasRow, updatedMs: number): Read {
  return {
    recordId: row.incident_number,
    incidentMs: local(zone, `${row.date} ${row.time}`),
    updatedMs,
    nature: row.nature_of_call,
    status: 'open',
    disposition: 'none',
    place: row.block === '' ? row.location : `${row.block} BLOCK ${row.location}`,
  };
}

function readBatch(zone: string, body: string): (Read | null)[] | null {
  const [header, ...rows] = parseCsv(body);
  if (header === undefined || header.join('|') !== SEATTLE_COLUMNS.join('|')) return null;
  return rows.map((cells) => {
    if (cells.length !== SEATTLE_COLUMNS.length) return null;
    const [id, clearance, call, , initial, final, queued, , , , , longitude, latitude] = cells;
    if ([id, call, initial, queued, longitude, latitude].includes('')) return null;
    const m = /^(\d\d)\/(\d\d)\/(\d{4}) (\d\d)(:\d\d:\d\d) ([AP])M$/.exec(queued);
    if (m === null) return null;
    const hour = (Number(m[4]) % 12) + (m[6] === 'P' ? 12 : 0);
    const incidentMs = local(zone, `${m[3]}-${m[1]}-${m[2]} ${String(hour).padStart(2, '0')}${m[5]}`);
    if (Number.isNaN(incidentMs) || !(Math.abs(Number(latitude)) <= 90) || !(Math.abs(Number(longitude)) <= 180))
      return null;
    return {
      recordId: id,
      incidentMs,
      updatedMs: null,
      nature: final === '' ? initial : final,
      ...(clearance === ''
        ? { status: 'open', disposition: 'none' }
        : (SEATTLE_CLEARANCES[clearance] ?? { status: 'closed', disposition: 'none' })),
      place: `${longitude},${latitude}`,
    };
  });
}

/** The cells of each line; lines end in CRLF or LF. */
function parseCsv(text: string): string[][] {
  const lines: string[][] = [];
  let cells: string[] = [];
  let cell = '';
  let quoted = false;
  for (let i = 0; i < text.length; i += 1) {
    const c = text[i];
    if (quoted) {
      if (c !== '"') cell += c;
      else if (text[i + 1] === '"') cell += text[(i += 1)];
      else quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === ',' || c === '\n') {
      cells.push(cell.replace(/\r$/, ''));
      cell = '';
      if (c === '\n') {
        lines.push(cells);
        cells = [];
      }
    } else cell += c;
  }
  return lines;
}
