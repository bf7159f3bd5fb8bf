/** Parts from which all sections of a run record are built: tags, counts, rates and quantiles. */
import Type, { type Static, type TSchema } from 'typebox';

/** How a field may differ between two runs; contract/record/run-record.ts explains it. */
type Tag = 'exact' | 'statistical' | 'provenance';

/** The schema with a tag. */
export const tag = <T extends TSchema>(name: Tag, schema: T): T => ({ ...schema, 'x-tag': name });

/** A whole number from 0. */
export const Count = Type.Integer({ minimum: 0 });

/** Counts by name. */
export const Counts = Type.Record(Type.String(), Count);

/** An object with exactly these keys, each of one schema. */
export function keyedBy<K extends string, T extends TSchema>(keys: readonly K[], schema: T) {
  return Type.Object(Object.fromEntries(keys.map((key) => [key, schema])) as Record<K, T>);
}

/** A proportion of n cases with its 95% interval (Wilson); value, low and high are null if n is 0. */
export const RateSchema = Type.Object({
  value: Type.Union([Type.Number(), Type.Null()]),
  n: Count,
  low: Type.Union([Type.Number(), Type.Null()]),
  high: Type.Union([Type.Number(), Type.Null()]),
});

/** A rate that RateSchema accepts. */
export type Rate = Static<typeof RateSchema>;

/** Quantiles of a set of times, ms, by nearest rank; all are 0 if count is 0. */
export const QuantilesSchema = Type.Object({
  count: Count,
  p50: Type.Number(),
  p90: Type.Number(),
  p99: Type.Number(),
  max: Type.Number(),
});

/** Quantiles that QuantilesSchema accepts. */
export type Quantiles = Static<typeof QuantilesSchema>;

/** The rate of one group, such as an agency. */
export const KeyedRate = Type.Object({ key: Type.String(), rate: RateSchema });

/** Quantiles of times, ms, as far as 99.9%, from a bounded HDR histogram with three significant digits. */
export const TailSchema = Type.Object({
  count: Count,
  p50: Type.Number(),
  p90: Type.Number(),
  p99: Type.Number(),
  p999: Type.Number(),
  max: Type.Number(),
});

/** Quantiles that TailSchema accepts. */
export type Tail = Static<typeof TailSchema>;

/** A number, or null if there is none. */
export const NullableNumber = Type.Union([Type.Number(), Type.Null()]);
