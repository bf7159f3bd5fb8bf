/**
 * What a resident receives: a message in CAP 1.2's vocabulary (OASIS CAP-v1.2-os), as JSON with exactly these fields.
 * Every text in it is composed from the closed vocabulary below, the agency's name and the published place.
 */
import Type, { type Static } from 'typebox';

const strict = { additionalProperties: false };

export const AlertSchema = Type.Object(
  {
    /** `${incidents}.${sequence}`: unique per message; sequence counts the messages of one alert from 1. */
    identifier: Type.String(),
    sender: Type.Literal('alerts@hundredblock.test'),
    /** UTC, floored to the policy's rounding. */
    sent: Type.String(),
    /** Nothing here ever concerns a real event: always Exercise. */
    status: Type.Literal('Exercise'),
    msgType: Type.Union([Type.Literal('Alert'), Type.Literal('Update'), Type.Literal('Cancel')]),
    scope: Type.Literal('Restricted'),
    restriction: Type.Literal('Residents near the published place'),
    /** On Update and Cancel: the identifier of the message it replaces. */
    references: Type.Optional(Type.String()),
    /** Key of the alert on both clocks: the first 32 hex digits of HMAC-SHA-256(run key, `${agency id}\n${canonical record id}`). */
    incidents: Type.String({ pattern: '^[0-9a-f]{32}$' }),
    info: Type.Object(
      {
        category: Type.Literal('Safety'),
        /** A value of CATEGORY_LABELS. */
        event: Type.String(),
        urgency: Type.Union([Type.Literal('Immediate'), Type.Literal('Past')]),
        severity: Type.Literal('Unknown'),
        certainty: Type.Literal('Unknown'),
        senderName: Type.String(),
        /** Incident time, UTC, floored to the policy's rounding. */
        effective: Type.String(),
        /** `effective` plus the policy's largest age. */
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
        /** CAP circle `lat,lon radiusKm` around the published place's box; left out where the place has none. */
        circle: Type.Optional(Type.String()),
      },
      strict,
    ),
  },
  strict,
);
export type Alert = Static<typeof AlertSchema>;
export type MsgType = Alert['msgType'];
