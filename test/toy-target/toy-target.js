/**
 * A second target, independent of all else here: one file of plain JavaScript on Node's built-ins, written from docs/reference/contract.md and docs/reference/rules.md.
 * It keeps everything in memory, and knows eido feeds, `places: strict` and `review: auto` only; posts, review, portals, batches and MQTT are left out.
 *
 *   node toy-target.js [--port N] [--harness-key KEY] [--sabotage NAME]
 *
 * prints one line {"listening":{"http":URL},"pid":N} once it listens, and ends on SIGTERM. `--sabotage` breaks one rule of the contract, for tests
 * that must find it; `drops-one-in-1000` prints {"dropped":N} at the end, the deliveries that it never made.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';

const SABOTAGES = [
  'accepts-wrong-token',
  'agency-for-another',
  'body-before-credential',
  'drops-idempotency',
  'reused-key-accepted',
  'rejects-nothing',
  'reorders',
  'wrong-close-code',
  'sequence-holes',
  'sequences-shared',
  'no-resume',
  'resumes-one-too-many',
  'no-hello',
  'echoes-body',
  'ignores-mute',
  'ignores-radius',
  'keeps-quitters',
  'publishes-address',
  'key-from-address',
  'tells-audience',
  'loses-some',
  'drops-one-in-1000',
  'drops-odd-residents',
  'never-cancels',
  'clock-stuck',
  'onboarding-adds',
  'accepts-any-document',
  'crashes-on-garbage',
  'any-role',
  'keys-shared',
  'resumes-unasked',
  'ahead-allowed',
  'keeps-only-heard',
  'unchecked-wishes',
  'unchecked-query',
  'unchecked-clock',
  'no-pong',
  'decodes-paths',
];

const { values: flags } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    'harness-key': { type: 'string', default: '' },
    sabotage: { type: 'string', default: '' },
    /** Knows no clock but the wall's, as most systems do. */
    'real-time': { type: 'boolean', default: false },
  },
});
if (flags.sabotage !== '' && !SABOTAGES.includes(flags.sabotage)) throw new Error('unknown sabotage');
const broken = (name) => flags.sabotage === name;

// --- what the contract names ---

const LABELS = {
  burglary: 'Burglary',
  vehicle: 'Vehicle break-in or theft',
  robbery: 'Robbery',
  'shots-fired': 'Shots fired',
  shooting: 'Shooting',
  stabbing: 'Stabbing',
  hostage: 'Hostage situation',
  arson: 'Arson',
  animal: 'Animal investigation',
  civil: 'Civil matter',
  'bomb-threat': 'Bomb threat',
  vandalism: 'Vandalism',
  'welfare-check': 'Welfare check',
  fire: 'Fire',
};
const CATEGORIES = Object.keys(LABELS);
const EIGHT = CATEGORIES.slice(0, 8);
const DIALECTS = ['eido', 'sf', 'seattle', 'dallas', 'tampa', 'milwaukee'];
const STATUS_OF = {
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  'method-not-allowed': 405,
  invalid: 400,
  'idempotency-key-missing': 400,
  'idempotency-key-reused': 422,
  rejected: 422,
  'too-large': 413,
  'unsupported-media-type': 415,
  'not-ready': 503,
  internal: 500,
};
const MUTED = 1;
const QUIT = 2;
const KEPT_MAX = 5000;
const SMALL_BODY = 64 * 1024;
const ONBOARDING_BODY = 256 * 1024 * 1024;

/** A refusal by its code; `extra` stands beside `error` in the body. */
class Refusal extends Error {
  constructor(code, message, extra = {}) {
    super(message);
    this.code = code;
    this.extra = extra;
  }
}

// --- time ---

let clock = { originWallMs: 0, originMs: 0, speed: 1 };
let latestMs = 0;

function now() {
  const shown = clock.originMs + Math.floor(Math.max(0, Date.now() - clock.originWallMs) * clock.speed);
  latestMs = Math.max(latestMs, shown);
  return latestMs;
}

function checkClockDoor(request) {
  if (flags['real-time']) throw new Refusal('not-found', 'this platform knows real time only');
  checkHarnessKey(request);
}

function setClock({ originWallMs, originMs, speed, ...rest }) {
  const fits =
    [originWallMs, originMs, speed].every((n) => typeof n === 'number' && n >= 0) &&
    originWallMs <= 1e14 &&
    Number.isInteger(originMs) &&
    originMs <= 8.64e15 &&
    speed <= 10_000 &&
    Object.keys(rest).length === 0;
  if (!fits && !broken('unchecked-clock'))
    throw new Refusal('invalid', 'expected originWallMs, originMs and speed within their bounds');
  if (latestMs > 0) now();
  if (!broken('clock-stuck')) clock = { originWallMs, originMs, speed };
}

/** UTC ms of an ISO text with an offset; null where it is not one. */
function moment(text) {
  const m = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(\.\d{1,9})?)?(?:Z|([+-])(\d\d):?(\d\d))$/.exec(text);
  if (m === null) return null;
  const [year, month, day, hour, minute] = m.slice(1, 6).map(Number);
  const second = Number(m[6] ?? 0);
  const ms = Math.floor(Number(`0${m[7] ?? ''}`) * 1000 + 1e-6);
  const utc = Date.UTC(year, month - 1, day, hour, minute, second, ms);
  const back = new Date(utc);
  if (back.getUTCMonth() !== month - 1 || back.getUTCDate() !== day || hour > 23 || minute > 59 || second > 59)
    return null;
  const offsetMin = m[8] === undefined ? 0 : (m[8] === '-' ? -1 : 1) * (Number(m[9]) * 60 + Number(m[10]));
  return utc - offsetMin * 60_000;
}

const iso = (ms) => `${new Date(ms).toISOString().slice(0, 19)}Z`;
const floorTo = (ms, step) => Math.floor(ms / step) * step;

// --- what was onboarded ---

let town = null;

function onboard(document) {
  const fits =
    broken('accepts-any-document') ||
    (/^hundredblock\.onboarding\/1\.\d+$/.test(document?.schema) &&
      typeof document.runKey === 'string' &&
      typeof document.credentialSecret === 'string' &&
      document.credentialSecret.length >= 16 &&
      Number.isInteger(document.bodyLengthMax) &&
      Array.isArray(document.agencies) &&
      document.agencies.every(agencyFits) &&
      rosterFits(document.roster));
  if (!fits) throw new Refusal('invalid', 'expected an onboarding document of version 1');
  const before = town;
  const { ids, x, y, radiusDm, categories, flags: bits } = document.roster;
  town = {
    runKey: document.runKey,
    secret: document.credentialSecret,
    bodyLengthMax: document.bodyLengthMax,
    agencies: new Map(document.agencies.map((agency) => [agency.id, openAgency(agency)])),
    residents: new Map(
      ids.map((id, i) => [
        id,
        {
          id,
          x: x[i],
          y: y[i],
          radiusDm: radiusDm[i],
          categories: categories[i],
          flags: bits[i],
          last: 0,
          kept: [],
          sockets: new Set(),
        },
      ]),
    ),
    answers: new Map(),
  };
  latestMs = 0;
  if (before === null) return;
  if (broken('onboarding-adds')) {
    town.secret = before.secret;
    town.residents = new Map([...town.residents, ...before.residents]);
  } else for (const resident of before.residents.values()) closeAll(resident, 4004);
}

function agencyFits(agency) {
  return (
    /^[a-z0-9][a-z0-9-]{0,63}$/.test(agency?.id) &&
    typeof agency.name === 'string' &&
    Array.isArray(agency.feeds) &&
    agency.places === 'strict' &&
    Array.isArray(agency.policies) &&
    agency.policies.length > 0 &&
    Array.isArray(agency.gazetteer?.streets)
  );
}

function rosterFits(roster) {
  const columns = ['ids', 'x', 'y', 'radiusDm', 'categories', 'flags'].map((name) => roster?.[name]);
  return columns.every((column) => Array.isArray(column) && column.length === columns[0].length);
}

function openAgency(profile) {
  const g = profile.gazetteer;
  const streets = new Map();
  g.streets.forEach((name, i) => streets.has(name) || streets.set(name, i));
  const blocks = new Map();
  g.blockStreet.forEach((street, i) => blocks.set(`${street} ${g.blockHundred[i]}`, i));
  const crossings = new Map();
  g.crossingStreetA.forEach((a, i) => crossings.set(`${a} ${g.crossingStreetB[i]}`, i));
  const landmarks = new Map(g.landmarks.map(({ name, block }) => [name, block]));
  const highways = new Map(g.highways.map((highway) => [highway.name, highway]));
  return { profile, g, streets, blocks, crossings, landmarks, highways, records: new Map(), groups: [] };
}

const inForce = (dated, ms) => dated.findLast((entry) => entry.fromMs <= ms);
const policyOf = (agency, ms) => (inForce(agency.profile.policies, ms) ?? agency.profile.policies[0]).policy;

// --- reading eido ---

const text =
  (min = 0) =>
  (v) =>
    typeof v === 'string' && v.length >= min;
const number = (v) => typeof v === 'number' && Number.isFinite(v);
const oneOf =
  (...names) =>
  (v) =>
    names.includes(v);
const maybe = (shape) => (v) => v === undefined || shape(v);
const list =
  (shape, min = 0) =>
  (v) =>
    Array.isArray(v) && v.length >= min && v.every(shape);
const object = (shapes) => (v) =>
  typeof v === 'object' &&
  v !== null &&
  !Array.isArray(v) &&
  Object.entries(shapes).every(([name, shape]) => shape(v[name]));
const priority = (v) => Number.isInteger(v) && v >= 0 && v <= 10;

const isEido = object({
  $id: text(1),
  eidoVersion: text(),
  lastUpdateTimeStamp: text(),
  updatedByAgencyReference: maybe(text()),
  issuingElementIdentification: maybe(text()),
  agencyComponent: list(object({ $id: text(), agencyName: text() }), 1),
  incidentComponent: object({
    incidentTypeCommonRegistryText: text(),
    incidentTypeInternalCode: text(1),
    incidentTypeInternalText: maybe(text()),
    incidentStatusCommonRegistryText: oneOf('Active', 'Cancelled', 'Closed'),
    internalIncidentId: text(1),
    incidentPriorityInternalText: maybe(text()),
    incidentCommonPriorityNumber: maybe(priority),
    beatOrDispatchGroupText: maybe(text()),
    dispositionComponent: maybe(list(object({ dispositionText: text() }))),
    locationReference: maybe(text()),
  }),
  callComponent: list(
    object({
      callStartTimestamp: text(),
      standardPrimaryCallType: maybe(text()),
      direction: maybe(text()),
      callStateRegistryText: maybe(text()),
    }),
    1,
  ),
  locationComponent: list(
    object({
      $id: text(),
      locationText: text(1),
      unitText: maybe(text()),
      latitude: maybe(number),
      longitude: maybe(number),
    }),
    1,
  ),
  personComponent: maybe(
    list(
      object({
        personNameText: maybe(text()),
        telephoneText: maybe(text()),
        birthDateText: maybe(text()),
        emailText: maybe(text()),
        medicalText: maybe(text()),
      }),
    ),
  ),
  vehicleComponent: maybe(list(object({ licensePlateText: text() }))),
  notesComponent: maybe(list(object({ noteText: text(), noteTimestamp: maybe(text()) }))),
  emergencyResourceComponent: maybe(list(object({ unitText: text() }))),
  linkComponent: maybe(list(object({ linkedIncidentId: text() }))),
  mergeComponent: maybe(list(object({ mergedIntoIncidentId: text() }))),
});

/** A record as it is told, or the code of what is wrong with it. */
function readEido(body) {
  let message;
  try {
    message = JSON.parse(body);
  } catch {
    return 'unreadable';
  }
  if (!isEido(message)) return 'schema';
  const incident = message.incidentComponent;
  const times = message.callComponent.map((call) => moment(call.callStartTimestamp));
  const updatedMs = moment(message.lastUpdateTimeStamp);
  if (updatedMs === null || times.includes(null)) return 'bad-time';
  const trim = (value) => value.replace(/^ +| +$/g, '');
  const id = trim(incident.internalIncidentId);
  const nature = trim(incident.incidentTypeInternalCode);
  const place = trim(message.locationComponent[0].locationText);
  if (id === '' || id.length > 128 || !id.isWellFormed() || nature.length > 256 || place.length > 1024) return 'schema';
  const merged = (message.mergeComponent?.length ?? 0) > 0;
  const told = incident.incidentStatusCommonRegistryText;
  const status = merged || told === 'Closed' ? 'closed' : told === 'Cancelled' ? 'cancelled' : 'open';
  const said = incident.dispositionComponent?.[0]?.dispositionText;
  const known = ['Founded', 'Unfounded', 'Duplicate'].includes(said) ? said.toLowerCase() : 'none';
  const disposition = merged ? 'duplicate' : status === 'closed' ? known : 'none';
  return { id, incidentMs: Math.min(...times), updatedMs, nature, status, disposition, place };
}

// --- places ---

const HOUSE = /^\d+(?:-?[A-Z])? ./;
const UNIT = /(?:,? (?:APT|APARTMENT|UNIT|STE|SUITE|RM|LOT|FL|BLDG|TRLR)(?= |$)|,? ?#).*$/;

/** Where a text lies by the gazetteer: a block's or crossing's index, or a stretch; null where nowhere. */
function locate(agency, source) {
  const place = source.normalize('NFKC').toUpperCase().replace(/\s+/g, ' ').trim();
  const mile = /^(.+) M[MP] (\d{1,5}(?:\.\d{1,9})?)$/.exec(place);
  if (mile !== null) {
    const at = Math.floor(Number(mile[2]) / 5);
    const box = agency.highways.get(mile[1])?.stretches[at];
    return box === undefined ? null : { box, name: `${mile[1]} MILES ${at * 5} TO ${at * 5 + 5}` };
  }
  const parts = place.split(/[&\\]|(?<!\d)\/|\/(?!\d)/).map((part) => part.trim());
  if (parts.length > 1) {
    if (parts.length > 2 || parts.some((part) => part === '' || HOUSE.test(part))) return null;
    const [a, b] = parts.map((part) => agency.streets.get(part)).sort((one, other) => one - other);
    const crossing = agency.crossings.get(`${a} ${b}`);
    return crossing === undefined ? null : { crossing, name: [...parts].sort().join(' / ') };
  }
  const cut = /^(\d*)XX (.+)$/.exec(place);
  const block = cut === null ? /^(\d+)[ -](?:BLOCK|BLK)(?: OF)? (.+)$/.exec(place) : null;
  const address = /^(\d+)(?:-?[A-Z])?(?: \d\/\d{1,2})? (.+)$/.exec(place);
  let found = agency.landmarks.get(place);
  if (cut !== null) found = blockAt(agency, cut[2], Number(cut[1]));
  else if (block !== null) found = blockAt(agency, block[2], Math.floor(Number(block[1]) / 100));
  else if (address !== null)
    found = blockAt(agency, address[2].replace(UNIT, ''), Math.floor(Number(address[1]) / 100));
  return found === undefined ? null : { block: found };
}

const blockAt = (agency, street, hundreds) => agency.blocks.get(`${agency.streets.get(street)} ${hundreds * 100}`);

/** The published place: its name and box, coarser where too few households share it. */
function publishedPlace(agency, record, policy) {
  const { g } = agency;
  const at = record.at;
  if (at === null || at.box !== undefined) return at;
  const isBlock = at.block !== undefined;
  const households = isBlock ? g.blockHouseholds[at.block] : g.crossingHouseholds[at.crossing];
  if (households < policy.householdsMin) {
    const area = g.areas[isBlock ? g.blockArea[at.block] : g.crossingArea[at.crossing]];
    if (area.households >= policy.householdsMin) return { name: `${area.name} AREA`, box: area.box };
    return { name: `${g.jurisdiction.name} JURISDICTION`, box: g.jurisdiction.box };
  }
  if (!isBlock) {
    const [x, y] = [g.crossingX[at.crossing], g.crossingY[at.crossing]];
    return { name: at.name, box: { x0: x, y0: y, x1: x, y1: y } };
  }
  const [x0, y0, x1, y1] = g.blockBox.slice(4 * at.block, 4 * at.block + 4);
  const hundred = g.blockHundred[at.block];
  const block = hundred === 0 ? 'UNIT BLOCK' : `${hundred} BLOCK`;
  return { name: `${block} ${g.streets[g.blockStreet[at.block]]}`, box: { x0, y0, x1, y1 } };
}

// --- records and groups ---

/** Takes one message in; its receipt's outcome and code. */
function take(agency, body) {
  const ms = now();
  const policy = policyOf(agency, ms);
  forget(agency, ms - policy.retainMs);
  if (body.length > town.bodyLengthMax) return { outcome: 'rejected', code: 'too-large' };
  const told = readEido(body);
  if (typeof told === 'string') return { outcome: broken('rejects-nothing') ? 'accepted' : 'rejected', code: told };
  told.updatedMs = Math.min(told.updatedMs, ms);
  const known = agency.records.get(told.id);
  if (known !== undefined) {
    // Last heard of stands last, so that forgetting looks at the first ones only.
    agency.records.delete(told.id);
    agency.records.set(told.id, known);
    known.heardMs = ms;
    if (told.updatedMs < known.updatedMs) return { outcome: 'superseded', code: null };
    if (['incidentMs', 'nature', 'status', 'disposition', 'place'].every((name) => told[name] === known[name])) {
      known.updatedMs = told.updatedMs;
      return { outcome: 'duplicate', code: null };
    }
  }
  const record = Object.assign(known ?? { group: null, cancelled: false }, told, {
    heardMs: ms,
    at: locate(agency, told.place),
  });
  record.cancelled ||= told.status === 'cancelled';
  agency.records.set(told.id, record);
  evaluate(agency, record, policy, ms);
  return { outcome: 'accepted', code: null };
}

function forget(agency, untilMs) {
  for (const record of agency.records.values()) {
    if (record.heardMs > untilMs) return;
    agency.records.delete(record.id);
    const { group } = record;
    if (group === null) continue;
    group.records.splice(group.records.indexOf(record), 1);
    if (group.records.length === 0) dissolve(agency, group);
    else findLead(group);
  }
}

const isDuplicate = (record) => !record.cancelled && record.status === 'closed' && record.disposition === 'duplicate';
const ruleOf = (agency, record) =>
  (agency.natures ??= new Map(Object.entries(agency.profile.natures.eido ?? {}))).get(record.nature);

/** Why a record is owed no alert; null where it is. `ends`: the reason ends what was begun. */
function objection(agency, record, policy, ms) {
  if (policy.alerts === 'off') return { ends: false };
  const rule = ruleOf(agency, record);
  if (rule === undefined || rule.category === null || !rule.community) return { ends: true };
  if (policy.preset === 'us-eight' && !EIGHT.includes(rule.category)) return { ends: true };
  if (record.cancelled || (record.status === 'closed' && ['unfounded', 'duplicate'].includes(record.disposition)))
    return { ends: true };
  const ageMs = ms - record.incidentMs;
  if (ageMs < -policy.futureMsMax || ageMs >= policy.incidentAgeMsMax || record.at === null) return { ends: false };
  return null;
}

function evaluate(agency, record, policy, ms) {
  if (record.group === null && objection(agency, record, policy, ms) === null) join(agency, record, policy);
  const { group } = record;
  if (group === null) return;
  findLead(group);
  const against = objection(agency, group.lead, policy, ms);
  const over = group.leadless || against?.ends === true;
  if (group.phase === 'waiting') {
    if (over) dissolve(agency, group);
    else if (against === null && policy.review === 'auto') publish(agency, group, 'Alert', policy, ms);
  } else if (group.phase === 'alerted' && policy.alerts === 'on') {
    const inTime = ms - group.alertedMs <= policy.correctionMsMax;
    if (over) {
      group.phase = 'cancelled';
      if (inTime && !broken('never-cancels')) publish(agency, group, 'Cancel', policy, ms);
    } else if (inTime && hasMoved(agency, group, policy)) publish(agency, group, 'Update', policy, ms);
  }
}

function join(agency, record, policy) {
  const name = publishedPlace(agency, record, policy).name;
  const { category } = ruleOf(agency, record);
  const found = agency.groups.find(
    ({ phase, leadless, lead }) =>
      phase !== 'cancelled' &&
      !leadless &&
      ruleOf(agency, lead)?.category === category &&
      Math.abs(lead.incidentMs - record.incidentMs) <= policy.sameEventMsMax &&
      publishedPlace(agency, lead, policy)?.name === name,
  );
  record.group = found ?? openGroup(agency, record);
  record.group.records.push(record);
}

function openGroup(agency, record) {
  const named = broken('key-from-address') ? record.place : record.id;
  const key = createHmac('sha256', town.runKey).update(`${agency.profile.id}\n${named}`).digest('hex').slice(0, 32);
  const group = { key, records: [], lead: record, leadless: false, phase: 'waiting', messages: 0, sentTo: new Set() };
  agency.groups.push(group);
  return group;
}

function findLead(group) {
  const lead = group.records.find((record) => !isDuplicate(record));
  group.leadless = lead === undefined;
  group.lead = lead ?? group.lead;
}

function dissolve(agency, group) {
  for (const record of group.records) record.group = null;
  agency.groups.splice(agency.groups.indexOf(group), 1);
}

function hasMoved(agency, group, policy) {
  const place = publishedPlace(agency, group.lead, policy);
  if (place === null) return false;
  return place.name !== group.last.place.name || ruleOf(agency, group.lead).category !== group.last.category;
}

// --- publishing ---

let published = 0;

function publish(agency, group, msgType, policy, ms) {
  if (msgType !== 'Cancel')
    group.last = {
      place: publishedPlace(agency, group.lead, policy),
      category: ruleOf(agency, group.lead).category,
    };
  if (msgType === 'Alert') {
    group.phase = 'alerted';
    group.alertedMs = ms;
  }
  group.messages++;
  const audience = audienceOf(group, msgType);
  const body = JSON.stringify(compose(agency, group, msgType, policy, ms, audience.length));
  published++;
  if (broken('loses-some') && published % 3 === 0) return;
  for (const resident of audience) {
    group.sentTo.add(resident.id);
    deliver(resident, body);
  }
}

function audienceOf(group, msgType) {
  const { place, category } = group.last;
  const bit = 1 << CATEGORIES.indexOf(category);
  return [...town.residents.values()]
    .filter((resident) => {
      if ((resident.flags & QUIT) !== 0 || ((resident.flags & MUTED) !== 0 && !broken('ignores-mute'))) return false;
      if (msgType !== 'Alert' && group.sentTo.has(resident.id)) return true;
      return msgType !== 'Cancel' && (resident.categories & bit) !== 0 && isNear(resident, place.box);
    })
    .sort((a, b) => a.id - b.id);
}

function isNear({ x, y, radiusDm }, box) {
  const dx = Math.max(box.x0 - x, 0, x - box.x1);
  const dy = Math.max(box.y0 - y, 0, y - box.y1);
  return broken('ignores-radius') || dx * dx + dy * dy <= radiusDm * radiusDm;
}

function compose(agency, group, msgType, policy, ms, audience) {
  const { lead, last, key, messages } = group;
  const event = LABELS[last.category];
  const effectiveMs = floorTo(lead.incidentMs, policy.timeRoundingMs);
  const closed = lead.status === 'closed' && !lead.cancelled;
  const status = msgType === 'Cancel' ? 'cancelled' : closed ? 'closed' : 'active';
  const headline = {
    Alert: `${event} reported`,
    Update: `Update: ${event} reported`,
    Cancel: `Cancelled: ${event}`,
  };
  const { name } = agency.profile;
  const place = broken('publishes-address') ? lead.place : last.place.name;
  return {
    identifier: `${key}.${messages}`,
    sender: 'alerts@hundredblock.test',
    sent: iso(floorTo(ms, policy.timeRoundingMs)),
    status: 'Exercise',
    msgType,
    scope: 'Restricted',
    restriction: 'Residents near the published place',
    ...(messages > 1 ? { references: `${key}.${messages - 1}` } : {}),
    incidents: key,
    info: {
      category: 'Safety',
      event,
      urgency: status === 'active' ? 'Immediate' : 'Past',
      severity: 'Unknown',
      certainty: 'Unknown',
      senderName: name,
      effective: iso(effectiveMs),
      expires: iso(effectiveMs + policy.incidentAgeMsMax),
      headline: headline[msgType],
      description:
        `${event} reported by ${name} in the area of ${place}, about ${iso(effectiveMs).slice(11, 16)} UTC. ` +
        `Status: ${status}. Exercise, not a live alert.`,
      ...(broken('tells-audience') ? { audience } : {}),
    },
    area: { areaDesc: place, circle: circleOf(last.place.box) },
  };
}

function circleOf({ x0, y0, x1, y1 }) {
  const [x, y] = [Math.floor((x0 + x1) / 2), Math.floor((y0 + y1) / 2)];
  const degrees = (dm) => (Math.round((dm / 1_113_195) * 1e7) / 1e7).toFixed(5);
  const km = Math.max(0.05, Math.sqrt((x1 - x) ** 2 + (y1 - y) ** 2) / 10_000);
  return `${degrees(y)},${degrees(x)} ${km.toFixed(2)}`;
}

let deliveries = 0;
let dropped = 0;

function deliver(resident, body) {
  deliveries++;
  // Before it is numbered: no hole shows that anything is missing.
  if (broken('drops-one-in-1000') && deliveries % 1000 === 0) return void dropped++;
  if (broken('drops-odd-residents') && resident.id % 2 === 1) return;
  resident.last = broken('sequences-shared') ? published : resident.last + 1;
  if (broken('sequence-holes') && resident.last % 3 === 0) resident.last++;
  const frame = `{"sequence":${resident.last},"type":"alert","message":${body}}`;
  for (const socket of resident.sockets) sendText(socket, frame);
  if (broken('keeps-only-heard') && resident.sockets.size < 2) return;
  resident.kept.push({ sequence: resident.last, frame });
  if (resident.kept.length > KEPT_MAX) resident.kept.shift();
}

// --- the stream ---

const CONTROL_MAX = 125;
const CLIENT_FRAME_MAX = 4096;

function upgrade(request, socket, head) {
  socket.on('error', () => {});
  try {
    const { pathname, searchParams } = new URL(request.url, 'http://toy.test');
    if (pathname !== '/v1/stream') throw new Refusal('not-found', 'no such path');
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
    const bearer = offered[0] === 'hundredblock.v1' && offered[1]?.startsWith('bearer.') ? offered[1].slice(7) : null;
    const resident = residentOf(request, bearer ?? undefined);
    const after = searchParams.get('after');
    if (after !== null && !/^\d{1,15}$/.test(after)) throw new Refusal('invalid', 'after: expected a whole number');
    const key = request.headers['sec-websocket-key'];
    if (key === undefined || request.headers['sec-websocket-version'] !== '13')
      throw new Refusal('invalid', 'expected a WebSocket of version 13');
    const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        `Sec-WebSocket-Accept: ${accept}\r\n${bearer === null ? '' : 'Sec-WebSocket-Protocol: hundredblock.v1\r\n'}\r\n`,
    );
    stream(resident, socket, after === null ? null : Number(after), head);
  } catch (error) {
    const { status, body } = refusalAnswer(error);
    socket.end(
      `HTTP/1.1 ${status} Refused\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    );
  }
}

function stream(resident, socket, after, head) {
  if (!broken('no-hello')) sendText(socket, JSON.stringify({ type: 'hello', lastSequence: resident.last }));
  if (after !== null && after > resident.last && !broken('ahead-allowed')) return closeWith(socket, 4003);
  if (broken('resumes-unasked')) after ??= 0;
  if (after !== null && !broken('no-resume')) {
    const first = resident.kept[0]?.sequence ?? resident.last + 1;
    if (after + 1 < first && resident.last > 0) sendText(socket, JSON.stringify({ type: 'gap', upTo: first - 1 }));
    const from = broken('resumes-one-too-many') ? after - 1 : after;
    for (const { sequence, frame } of resident.kept) if (sequence > from) sendText(socket, frame);
  }
  resident.sockets.add(socket);
  socket.on('close', () => resident.sockets.delete(socket));
  socket.on('end', () => socket.end());
  let waiting = head;
  const read = (bytes) => {
    waiting = readFrames(socket, Buffer.concat([waiting, bytes]));
  };
  socket.on('data', read);
  read(Buffer.alloc(0));
}

/** Answers the frames that are whole, and returns what is left. */
function readFrames(socket, bytes) {
  let at = 0;
  while (bytes.length - at >= 6 && !socket.writableEnded) {
    const opcode = bytes[at] & 15;
    let length = bytes[at + 1] & 127;
    // Only masked frames in one piece without extensions are a client's.
    if ((bytes[at] & 0xf0) !== 0x80 || (bytes[at + 1] & 128) === 0) {
      if (opcode !== 1 && opcode !== 2) closeWith(socket, 1002);
      else closeWith(socket, broken('wrong-close-code') ? 1000 : 1008);
      return Buffer.alloc(0);
    }
    let start = at + 2;
    if (length === 126) {
      if (bytes.length - at < 8) break;
      length = bytes.readUInt16BE(start);
      start += 2;
    } else if (length === 127) length = CLIENT_FRAME_MAX + 1;
    if (length > CLIENT_FRAME_MAX) return (closeWith(socket, 1009), Buffer.alloc(0));
    if (opcode === 1 || opcode === 2)
      return (closeWith(socket, broken('wrong-close-code') ? 1000 : 1008), Buffer.alloc(0));
    if (bytes.length < start + 4 + length) break;
    const mask = bytes.subarray(start, start + 4);
    const payload = Buffer.from(bytes.subarray(start + 4, start + 4 + length).map((byte, i) => byte ^ mask[i & 3]));
    at = start + 4 + length;
    if (opcode === 9 && length <= CONTROL_MAX) socket.write(frameOf(broken('no-pong') ? 9 : 10, payload));
    else if (opcode === 8) {
      socket.end(frameOf(8, payload.subarray(0, 2)));
      return Buffer.alloc(0);
    } else if (opcode !== 10) return (closeWith(socket, 1002), Buffer.alloc(0));
  }
  return bytes.subarray(at);
}

function frameOf(opcode, payload) {
  const { length } = payload;
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  head[0] = 0x80 | opcode;
  head[1] = length < 126 ? length : length < 65_536 ? 126 : 127;
  if (head[1] === 126) head.writeUInt16BE(length, 2);
  if (head[1] === 127) head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, payload]);
}

function sendText(socket, message) {
  if (!socket.writableEnded) socket.write(frameOf(1, Buffer.from(message)));
}

function closeWith(socket, code) {
  if (socket.writableEnded) return;
  const payload = Buffer.alloc(2);
  payload.writeUInt16BE(code);
  socket.end(frameOf(8, payload));
}

function closeAll(resident, code) {
  for (const socket of resident.sockets) closeWith(socket, code);
}

// --- who speaks ---

function isSame(given, expected) {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** `{role, id}` of the request's token, once its credential was found right. */
function speakerOf(request, offered) {
  if (town === null) throw new Refusal('not-ready', 'expected an onboarding first');
  const token = offered ?? /^Bearer ([\w.-]+)$/.exec(request.headers.authorization ?? '')?.[1];
  const [role, id, credential, ...rest] = (token ?? '').split('.');
  const wrong = new Refusal('unauthenticated', 'expected a bearer token of this platform');
  if (credential === undefined || rest.length > 0) throw wrong;
  const right = createHmac('sha256', town.secret).update(`${role}\n${id}`).digest('base64url').slice(0, 43);
  if (!isSame(credential, right) && !broken('accepts-wrong-token')) throw wrong;
  return { role, id };
}

function residentOf(request, offered) {
  const { role, id } = speakerOf(request, offered);
  if (role !== 'resident' && !broken('any-role')) throw new Refusal('forbidden', 'expected a token of a resident');
  const resident = town.residents.get(Number(id));
  if (resident === undefined) throw new Refusal('unauthenticated', 'expected a resident of this platform');
  if ((resident.flags & QUIT) !== 0 && !broken('keeps-quitters')) throw new Refusal('forbidden', 'this resident left');
  return resident;
}

function agencyOf(request, id) {
  const speaker = speakerOf(request);
  const isAllowed = speaker.role === 'agency' && (speaker.id === id || broken('agency-for-another'));
  if (!isAllowed) throw new Refusal('forbidden', 'expected a token of this agency');
  const agency = town.agencies.get(id);
  if (agency === undefined) throw new Refusal('unauthenticated', 'expected an agency of this platform');
  return agency;
}

function checkHarnessKey(request) {
  if (!isSame(request.headers.authorization ?? '', `Bearer ${flags['harness-key']}`))
    throw new Refusal('unauthenticated', 'expected the harness key');
}

// --- doors ---

/** Each answers `{status, body}`, or undefined for 204. */
const DOORS = {
  'GET /healthz': () => ({ status: 200, body: {} }),
  'GET /readyz': () => {
    if (town === null) throw new Refusal('not-ready', 'expected an onboarding first');
    return { status: 200, body: {} };
  },
  'PUT /v1/harness/onboarding': async (request) => {
    checkHarnessKey(request);
    onboard(await jsonOf(request, ONBOARDING_BODY));
  },
  'GET /v1/harness/clock': (request) => {
    checkClockDoor(request);
    return { status: 200, body: clock };
  },
  'PUT /v1/harness/clock': async (request) => {
    checkClockDoor(request);
    setClock(await jsonOf(request, SMALL_BODY));
  },
  'GET /v1/alerts': (request, _id, query) => {
    const resident = residentOf(request);
    const since = wholeNumber(query, 'since', 0, 0, 1e15);
    const limit = wholeNumber(query, 'limit', 100, 1, 500);
    const first = resident.kept[0]?.sequence ?? resident.last + 1;
    const messages = resident.kept.filter(({ sequence }) => sequence > since).slice(0, limit);
    const gap = since + 1 < first && first > 1 ? first - 1 : null;
    return {
      status: 200,
      body: { messages: messages.map(({ frame }) => JSON.parse(frame)), lastSequence: resident.last, gap },
    };
  },
  'GET /v1/me/preferences': (request) => ({ status: 200, body: wishesOf(residentOf(request)) }),
  'PATCH /v1/me/preferences': async (request) => {
    const resident = residentOf(request);
    changeWishes(resident, await jsonOf(request, SMALL_BODY));
    return { status: 200, body: wishesOf(resident) };
  },
  'PUT /v1/me/mute': (request) => {
    residentOf(request).flags |= MUTED;
  },
  'DELETE /v1/me/mute': (request) => {
    residentOf(request).flags &= ~MUTED;
  },
  'DELETE /v1/me': (request) => {
    const resident = residentOf(request);
    resident.flags |= QUIT;
    closeAll(resident, 4002);
  },
};
const CAD_PATH = /^\/v1\/agencies\/([^/]+)\/cad$/;

async function takeCad(request, id) {
  const early = broken('body-before-credential') ? await bodyOf(request, SMALL_BODY) : null;
  const agency = agencyOf(request, id);
  if (!/^application\/json\b/.test(request.headers['content-type'] ?? ''))
    throw new Refusal('unsupported-media-type', 'expected application/json');
  const key = request.headers['idempotency-key'];
  if (!/^[\x21-\x7e]{1,200}$/.test(key ?? ''))
    throw new Refusal('idempotency-key-missing', 'expected an Idempotency-Key');
  const named = request.headers['hundredblock-dialect'];
  if (named !== undefined && !DIALECTS.includes(named)) throw new Refusal('invalid', 'expected the name of a dialect');
  const body = (early ?? (await bodyOf(request, 4 * town.bodyLengthMax))).toString('utf8');
  const feed = inForce(agency.profile.feeds, now())?.dialect;
  const dialect = named ?? feed;
  if (dialect === feed && feed !== 'eido') throw new Refusal('unsupported-media-type', 'only eido is read here');
  const digest = createHash('sha256').update(`${dialect}\n${body}`).digest('hex');
  const scope = broken('keys-shared') ? key : `${id}\n${key}`;
  const before = town.answers.get(scope);
  if (before !== undefined && !broken('drops-idempotency')) {
    if (before.digest !== digest && !broken('reused-key-accepted'))
      throw new Refusal('idempotency-key-reused', 'the key was used for another body');
    return { ...before.answer, headers: { 'Idempotent-Replayed': 'true' } };
  }
  const receipt = dialect === feed ? take(agency, body) : { outcome: 'rejected', code: 'wrong-dialect' };
  const answer = { messageId: key, rows: [{ row: 0, ...receipt }] };
  const given =
    receipt.outcome === 'rejected'
      ? refusalAnswer(new Refusal('rejected', broken('echoes-body') ? body : 'every record was rejected', answer))
      : { status: 202, body: answer };
  town.answers.set(scope, { digest, answer: given });
  return given;
}

function wishesOf({ radiusDm, categories }) {
  return { radiusM: radiusDm / 10, categories: CATEGORIES.filter((_, i) => (categories >> i) & 1) };
}

function changeWishes(resident, change) {
  const { radiusM, categories, ...rest } = change;
  const radiusDm = Math.round(radiusM * 10);
  const fits =
    Object.keys(rest).length === 0 &&
    (radiusM === undefined ||
      (number(radiusM) && radiusM >= 0 && radiusM <= 100_000 && Math.abs(radiusDm / 10 - radiusM) < 1e-9)) &&
    (categories === undefined ||
      (list(oneOf(...CATEGORIES))(categories) && new Set(categories).size === categories.length));
  if (!fits && !broken('unchecked-wishes'))
    throw new Refusal('invalid', 'expected radiusM and categories within their bounds');
  if (radiusM !== undefined) resident.radiusDm = radiusDm;
  if (categories !== undefined)
    resident.categories = categories.reduce((bits, name) => bits | (1 << CATEGORIES.indexOf(name)), 0);
}

function wholeNumber(query, name, fallback, min, max) {
  const given = query.get(name);
  const value = given === null ? fallback : /^\d+$/.test(given) ? Number(given) : NaN;
  if (!(value >= min && value <= max) && !broken('unchecked-query'))
    throw new Refusal('invalid', `${name}: expected a whole number within its bounds`);
  return value;
}

async function jsonOf(request, bytesMax) {
  const body = (await bodyOf(request, bytesMax)).toString('utf8');
  let value;
  try {
    value = JSON.parse(body);
  } catch {
    throw new Refusal('invalid', 'expected JSON');
  }
  if (typeof value !== 'object' || value === null) throw new Refusal('invalid', 'expected a JSON object');
  return value;
}

function bodyOf(request, bytesMax) {
  return new Promise((resolve, reject) => {
    const parts = [];
    let length = 0;
    request.on('data', (part) => {
      length += part.length;
      if (length > bytesMax) reject(new Refusal('too-large', 'the body is too long'));
      else parts.push(part);
    });
    request.on('end', () => resolve(Buffer.concat(parts)));
    request.on('error', reject);
  });
}

function doorOf(method, url) {
  // Paths are taken as they were sent: nothing is decoded or resolved.
  const [path, query = ''] = (
    broken('decodes-paths') ? decodeURIComponent(new URL(url, 'http://toy.test').href.slice(15)) : url
  ).split('?');
  const cad = CAD_PATH.exec(path);
  if (cad !== null && method === 'POST') return (request) => takeCad(request, cad[1]);
  const door = Object.hasOwn(DOORS, `${method} ${path}`) ? DOORS[`${method} ${path}`] : undefined;
  if (door !== undefined) return (request) => door(request, null, new URLSearchParams(query));
  const known = cad !== null || Object.keys(DOORS).some((name) => name.endsWith(` ${path}`));
  throw new Refusal(known ? 'method-not-allowed' : 'not-found', 'no such door');
}

function refusalAnswer(error) {
  const { code, message, extra } =
    error instanceof Refusal ? error : { code: 'internal', message: 'a fault of the platform', extra: {} };
  const body = JSON.stringify({ error: { code, message }, ...extra });
  return { status: STATUS_OF[code], body };
}

// What takes time on its way in must not overtake: requests of one connection are answered one after the other.
const turns = new WeakMap();

async function serve(request, response) {
  let answer;
  try {
    const door = doorOf(request.method, request.url);
    if (broken('reorders') && request.method === 'POST') await new Promise((go) => setTimeout(go, Math.random() * 50));
    answer = (await door(request)) ?? { status: 204, body: '' };
  } catch (error) {
    answer = refusalAnswer(error);
  }
  const body = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
  const head = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body), ...answer.headers };
  // A body that nobody reads would stand in the way of the next request.
  if (!request.complete) head.Connection = 'close';
  if (answer.status === 503) head['Retry-After'] = '1';
  if (answer.status === 204) delete head['Content-Type'];
  response.writeHead(answer.status, head).end(body);
}

const server = createServer(
  { headersTimeout: 2500, requestTimeout: 20_000, connectionsCheckingInterval: 500, maxHeaderSize: 16_384 },
  (request, response) => {
    if (broken('reorders')) return void serve(request, response);
    const turn = (turns.get(request.socket) ?? Promise.resolve()).then(() => serve(request, response));
    turns.set(request.socket, turn);
  },
);
server.on('upgrade', upgrade);
server.on('clientError', (error, socket) => {
  if (broken('crashes-on-garbage') && error.code !== 'ECONNRESET') process.kill(process.pid, 'SIGKILL');
  const status = { ERR_HTTP_REQUEST_TIMEOUT: '408', HPE_HEADER_OVERFLOW: '431' }[error.code] ?? '400';
  if (socket.writable) socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
});
server.listen(Number(flags.port), '127.0.0.1', () => {
  const http = `http://127.0.0.1:${server.address().port}`;
  process.stdout.write(`${JSON.stringify({ listening: { http }, pid: process.pid })}\n`);
});
process.on('SIGTERM', () => {
  if (broken('drops-one-in-1000')) process.stdout.write(`${JSON.stringify({ dropped })}\n`);
  for (const resident of town?.residents.values() ?? []) closeAll(resident, 1001);
  server.close();
  server.closeAllConnections();
});
