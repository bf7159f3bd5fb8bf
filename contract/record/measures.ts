/** Parts that every section of a run record is built of: tags, counts, rates, quantiles. */
import Type, { type Static, type TSchema } from 'typebox';

type Tag = 'exact' | 'statistical' | 'provenance';

export const tag = <T extends TSchema>(t: Tag, schema: T): T => ({ ...schema, 'x-tag': t });

export const Count = Type.Integer({ minimum: 0 });

export const Counts = Type.Record(Type.String(), Count);

/** An object with exactly these keys, each of one schema. */
export function keyedBy<K extends string, T extends TSchema>(keys: readonly K[], schema: T) {
  return Type.Object(Object.fromEntries(keys.map((key) => [key, schema])) as Record<K, T>);
}

/** A proportion with its Wilson 95% interval; value, low and high are null where n is 0. */
export const RateSchema = Type.Object({
  value: Type.Union([Type.Number(), Type.Null()]),
  n: Count,
  low: Type.Union([Type.Number(), Type.Null()]),
  high: Type.Union([Type.Number(), Type.Null()]),
});

export type Rate = Static<typeof RateSchema>;

/** Quantiles of a set of milliseconds (nearest rank); 0 where count is 0. */
export const QuantilesSchema = Type.Object({
  count: Count,
  p50: Type.Number(),
  p90: Type.Number(),
  p99: Type.Number(),
  max: Type.Number(),
});

export type Quantiles = Static<typeof QuantilesSchema>;

export const KeyedRate = Type.Object({ key: Type.String(), rate: RateSchema });

/** Quantiles with their tail, ms, from a bounded HDR histogram of three significant digits. */
export const TailSchema = Type.Object({
  count: Count,
  p50: Type.Number(),
  p90: Type.Number(),
  p99: Type.Number(),
  p999: Type.Number(),
  max: Type.Number(),
});

export type Tail = Static<typeof TailSchema>;

export const NullableNumber = Type.Union([Type.Number(), Type.Null()]);
