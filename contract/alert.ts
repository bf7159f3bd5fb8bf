/**
 * The alert that a resident receives: a message in the vocabulary of CAP 1.2 (OASIS CAP-v1.2-os), as JSON with exactly these fields.
 * Every text in it is composed from the closed vocabulary below, the agency's name and the published place.
 */
import Type, { type Static } from 'typebox';

const strict = { additionalProperties: false };

/** One message about an alert. Times are ISO 8601 in UTC. */
export const AlertSchema = Type.Object(
  {
    /** `<incidents>.<sequence>`, unique for each message; the sequence counts the messages of one alert from 1. */
    identifier: Type.String(),
    sender: Type.Literal('alerts@hundredblock.test'),
    /** Time of sending, rounded down to a multiple of the policy's `timeRoundingMs`. */
    sent: Type.String(),
    /** Always Exercise, since no message ever concerns a real event. */
    status: Type.Literal('Exercise'),
    msgType: Type.Union([Type.Literal('Alert'), Type.Literal('Update'), Type.Literal('Cancel')]),
    scope: Type.Literal('Restricted'),
    restriction: Type.Literal('Residents near the published place'),
    /** On Update and Cancel: the identifier of the message that this one replaces. */
    references: Type.Optional(Type.String()),
    /** Key of the alert, the same on both clocks: the first 32 hex digits of HMAC-SHA-256(run key, `${agency id}\n${canonical record id}`). */
    incidents: Type.String({ pattern: '^[0-9a-f]{32}$' }),
    info: Type.Object(
      {
        category: Type.Literal('Safety'),
        /** A value of CATEGORY_LABELS (contract/catalogue.ts). */
        event: Type.String(),
        urgency: Type.Union([Type.Literal('Immediate'), Type.Literal('Past')]),
        severity: Type.Literal('Unknown'),
        certainty: Type.Literal('Unknown'),
        senderName: Type.String(),
        /** Time of the incident, rounded down likewise. */
        effective: Type.String(),
        /** `effective` plus the policy's `incidentAgeMsMax`. */
        expires: Type.String(),
        headline: Type.String(),
        description: Type.String(),
      },
      strict,
    ),
    area: Type.Object(
      {
        /** The published place. */
        areaDesc: Type.String(),
        /** CAP circle `latitude,longitude radiusKm` around the published place's box, in degrees; left out if the place has no box. */
        circle: Type.Optional(Type.String()),
      },
      strict,
    ),
  },
  strict,
);
export type Alert = Static<typeof AlertSchema>;
export type MsgType = Alert['msgType'];
