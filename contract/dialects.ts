/**
 * The six feed dialects as they cross the wire. Bodies are JSON, but for Seattle's, which are CSV. docs/reference/rules.md, 'Reading a message', says how each
 * field is read. Field names follow the real feeds: NENA-STA-021.1 (EIDO), San Francisco's law enforcement dispatched calls (real-time), Seattle's call data,
 * Dallas's active calls and Milwaukee's live calls. The Tampa-like dialect is our own example of a feed that is cut to the hundred-block. Extra fields are
 * allowed and ignored.
 */
import Type, { type Static } from 'typebox';

/** EIDO: one JSON object per message. Times are ISO 8601 with an offset. */
export const EidoSchema = Type.Object({
  $id: Type.String({ minLength: 1 }),
  eidoVersion: Type.String(),
  lastUpdateTimeStamp: Type.String(),
  updatedByAgencyReference: Type.Optional(Type.String()),
  issuingElementIdentification: Type.Optional(Type.String()),
  agencyComponent: Type.Array(Type.Object({ $id: Type.String(), agencyName: Type.String() }), { minItems: 1 }),
  incidentComponent: Type.Object({
    incidentTypeCommonRegistryText: Type.String(),
    incidentTypeInternalCode: Type.String({ minLength: 1 }),
    incidentTypeInternalText: Type.Optional(Type.String()),
    incidentStatusCommonRegistryText: Type.Union([
      Type.Literal('Active'),
      Type.Literal('Cancelled'),
      Type.Literal('Closed'),
    ]),
    internalIncidentId: Type.String({ minLength: 1 }),
    incidentPriorityInternalText: Type.Optional(Type.String()),
    incidentCommonPriorityNumber: Type.Optional(Type.Integer({ minimum: 0, maximum: 10 })),
    beatOrDispatchGroupText: Type.Optional(Type.String()),
    /** On a closed record: Founded, Unfounded, Duplicate, or any other text. */
    dispositionComponent: Type.Optional(Type.Array(Type.Object({ dispositionText: Type.String() }))),
    locationReference: Type.Optional(Type.String()),
  }),
  callComponent: Type.Array(
    Type.Object({
      callStartTimestamp: Type.String(),
      standardPrimaryCallType: Type.Optional(Type.String()),
      direction: Type.Optional(Type.String()),
      callStateRegistryText: Type.Optional(Type.String()),
    }),
    { minItems: 1 },
  ),
  locationComponent: Type.Array(
    Type.Object({
      $id: Type.String(),
      /** The incident address as the dispatcher typed it. */
      locationText: Type.String({ minLength: 1 }),
      unitText: Type.Optional(Type.String()),
      latitude: Type.Optional(Type.Number()),
      longitude: Type.Optional(Type.Number()),
    }),
    { minItems: 1 },
  ),
  personComponent: Type.Optional(
    Type.Array(
      Type.Object({
        personNameText: Type.Optional(Type.String()),
        telephoneText: Type.Optional(Type.String()),
        birthDateText: Type.Optional(Type.String()),
        emailText: Type.Optional(Type.String()),
        medicalText: Type.Optional(Type.String()),
      }),
    ),
  ),
  vehicleComponent: Type.Optional(Type.Array(Type.Object({ licensePlateText: Type.String() }))),
  notesComponent: Type.Optional(
    Type.Array(Type.Object({ noteText: Type.String(), noteTimestamp: Type.Optional(Type.String()) })),
  ),
  emergencyResourceComponent: Type.Optional(Type.Array(Type.Object({ unitText: Type.String() }))),
  linkComponent: Type.Optional(Type.Array(Type.Object({ linkedIncidentId: Type.String() }))),
  /** Present if the record was merged into another: it is then closed as a duplicate. */
  mergeComponent: Type.Optional(Type.Array(Type.Object({ mergedIntoIncidentId: Type.String() }))),
});
/** A message that EidoSchema accepts. */
export type EidoMessage = Static<typeof EidoSchema>;

const Nullable = Type.Union([Type.String(), Type.Null()]);

/** San Francisco-like: one JSON object per message. Times are `2026-06-01T09:05:00.000` by the agency's wall clock. */
export const SfSchema = Type.Object({
  id: Type.String(),
  cad_number: Type.String({ minLength: 1 }),
  received_datetime: Type.String(),
  entry_datetime: Type.Optional(Nullable),
  dispatch_datetime: Type.Optional(Nullable),
  enroute_datetime: Type.Optional(Nullable),
  onscene_datetime: Type.Optional(Nullable),
  close_datetime: Type.Optional(Nullable),
  call_type_original: Type.String(),
  call_type_original_desc: Type.Optional(Type.String()),
  /** Empty or null until it is known; from then on it is the record's nature, in place of the original one. */
  call_type_final: Type.Optional(Nullable),
  call_type_final_desc: Type.Optional(Nullable),
  priority_original: Type.Optional(Type.String()),
  priority_final: Type.Optional(Nullable),
  agency: Type.Optional(Type.String()),
  /** Null while the record is open; afterwards a code of SF_DISPOSITIONS, or any other text. */
  disposition: Type.Optional(Nullable),
  onview_flag: Type.Optional(Type.String()),
  sensitive_call: Type.Optional(Type.Boolean()),
  /** `STREET A \ STREET B`. */
  intersection_name: Type.String(),
  intersection_point: Type.Optional(
    Type.Object({ type: Type.Literal('Point'), coordinates: Type.Array(Type.Number(), { minItems: 2, maxItems: 2 }) }),
  ),
  police_district: Type.Optional(Type.String()),
  call_last_updated_at: Type.String(),
  data_as_of: Type.Optional(Type.String()),
  data_loaded_at: Type.Optional(Type.String()),
});
/** A message that SfSchema accepts. */
export type SfMessage = Static<typeof SfSchema>;

/**
 * Columns of the Seattle-like dialect: a message is a batch of records in CSV, with a header line, CRLF or LF, and quoting by RFC 4180. Times are
 * `06/01/2026 09:05:00 AM` by the agency's wall clock.
 */
export const SEATTLE_COLUMNS = [
  'CAD Event Number',
  'Event Clearance Description',
  'Call Type',
  'Priority',
  'Initial Call Type',
  'Final Call Type',
  'Original Time Queued',
  'Arrived Time',
  'Precinct',
  'Sector',
  'Beat',
  'Blurred_Longitude',
  'Blurred_Latitude',
] as const;

/** A row of the Dallas-like portal, which shows a snapshot of the active calls with one row per unit. Times are by the agency's wall clock. */
export const DallasRowSchema = Type.Object({
  incident_number: Type.String({ minLength: 1 }),
  division: Type.Optional(Type.String()),
  nature_of_call: Type.String({ minLength: 1 }),
  priority: Type.Optional(Type.String()),
  /** `2026-06-01` */
  date: Type.String(),
  /** `09:05:00` */
  time: Type.String(),
  unit_number: Type.Optional(Type.String()),
  /** House number cut to the hundred (`2800`); empty at a crossing. */
  block: Type.String(),
  /** `W MAPLE ST`, or `N 5TH AVE / W MAPLE ST` at a crossing. */
  location: Type.String({ minLength: 1 }),
  beat: Type.Optional(Type.String()),
  status: Type.Optional(Type.String()),
});
/** The portal's snapshot: `rows` are of DallasRowSchema, each checked alone, so that a bad row does not spoil the others. */
export const DallasSchema = Type.Object({ as_of: Type.String(), rows: Type.Array(Type.Unknown()) });
/** A row that DallasRowSchema accepts. */
export type DallasRow = Static<typeof DallasRowSchema>;

/** Tampa-like: one JSON object per message. The place is already cut to the hundred-block, but the remarks are not masked. Times are ISO 8601 in UTC (`Z`). */
export const TampaSchema = Type.Object({
  incident_id: Type.String({ minLength: 1 }),
  event_type: Type.String({ minLength: 1 }),
  opened_at: Type.String(),
  updated_at: Type.String(),
  /** `28XX W MAPLE ST` (`XX W MAPLE ST` for the unit block), or `N 5TH AVE & W MAPLE ST`. */
  block_address: Type.String({ minLength: 1 }),
  status: Type.Union([Type.Literal('ACTIVE'), Type.Literal('CANCELED'), Type.Literal('CLEARED')]),
  /** On a cleared record: REPORT (founded), UNFOUNDED or DUPLICATE; any other text publishes no disposition. */
  disposition: Type.Optional(Nullable),
  remarks: Type.Optional(Type.String()),
});
/** A message that TampaSchema accepts. */
export type TampaMessage = Static<typeof TampaSchema>;

/** Milwaukee-like: one JSON object per message, without a stamp of its last change. Its time is `2026-06-01 09:05:00` by the agency's wall clock. */
export const MilwaukeeSchema = Type.Object({
  id: Type.String({ minLength: 1 }),
  time: Type.String(),
  /** The exact address or crossing, with the suffix `,MKE`. */
  location: Type.String({ minLength: 1 }),
  latitude: Type.Optional(Type.Number()),
  longitude: Type.Optional(Type.Number()),
  district: Type.Optional(Type.String()),
  nature: Type.String({ minLength: 1 }),
  status: Type.String(),
});
/** A message that MilwaukeeSchema accepts. */
export type MilwaukeeMessage = Static<typeof MilwaukeeSchema>;

/** The meaning of Milwaukee-like status texts; any other text means a closed record without a published disposition. */
export const MILWAUKEE_STATUS: Readonly<
  Record<
    string,
    { status: 'open' | 'cancelled' | 'closed'; disposition: 'none' | 'founded' | 'unfounded' | 'duplicate' }
  >
> = {
  'Service in Progress': { status: 'open', disposition: 'none' },
  'Assignment Cancelled': { status: 'cancelled', disposition: 'none' },
  'To be Filed': { status: 'closed', disposition: 'founded' },
  'Cleared by Arrest': { status: 'closed', disposition: 'founded' },
  'Unable to Locate Complainant': { status: 'closed', disposition: 'unfounded' },
  'False Alarm': { status: 'closed', disposition: 'unfounded' },
  'Duplicate Assignment': { status: 'closed', disposition: 'duplicate' },
};

/** The meaning of San Francisco-like dispositions; any other text means a closed record without a published disposition. */
export const SF_DISPOSITIONS: Readonly<
  Record<string, { status: 'cancelled' | 'closed'; disposition: 'none' | 'founded' | 'unfounded' | 'duplicate' }>
> = {
  CAN: { status: 'cancelled', disposition: 'none' },
  GOA: { status: 'closed', disposition: 'unfounded' },
  UTL: { status: 'closed', disposition: 'unfounded' },
  NOM: { status: 'closed', disposition: 'unfounded' },
  DUP: { status: 'closed', disposition: 'duplicate' },
  REP: { status: 'closed', disposition: 'founded' },
  ARR: { status: 'closed', disposition: 'founded' },
};

/** The meaning of Seattle-like `Event Clearance Description` texts; an empty one means open, any other text closed without a published disposition. */
export const SEATTLE_CLEARANCES: Readonly<
  Record<string, { status: 'cancelled' | 'closed'; disposition: 'none' | 'founded' | 'unfounded' | 'duplicate' }>
> = {
  'CALL CANCELLED BEFORE ARRIVAL': { status: 'cancelled', disposition: 'none' },
  'REPORT WRITTEN (NO ARREST)': { status: 'closed', disposition: 'founded' },
  'PHYSICAL ARREST MADE': { status: 'closed', disposition: 'founded' },
  'UNABLE TO LOCATE INCIDENT OR COMPLAINANT': { status: 'closed', disposition: 'unfounded' },
  'DUPLICATED OR CANCELLED BY RADIO': { status: 'closed', disposition: 'duplicate' },
};
