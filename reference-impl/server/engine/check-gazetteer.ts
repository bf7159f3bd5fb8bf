/** Looks through a gazetteer of an onboarding document: its columns fit one another, and refer to what is there. */
import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { found, INT32_MAX, isIntegerWithin, Problem } from './check-problem.ts';

/** The first thing wrong; null where there is nothing. */
export function gazetteerProblem(gazetteer: unknown, path: string): Problem | null {
  const [error] = schema.Errors(gazetteer);
  if (error !== undefined) return new Problem(path + error.instancePath, error.message);
  const plain = gazetteer as Plain;
  return columnsProblem(plain, path) ?? orderProblem(plain, path) ?? listsProblem(plain, path);
}

// --- internal ---

const UINT16_MAX = 65_535;

const BoxSchema = Type.Object({ x0: Type.Integer(), y0: Type.Integer(), x1: Type.Integer(), y1: Type.Integer() });
const Column = Type.Array(Type.Integer());
const Households = Type.Integer({ minimum: 0 });
const Name = Type.String();
const AreaSchema = Type.Object({ name: Name, box: BoxSchema, households: Households });
const PlainSchema = Type.Object({
  streets: Type.Array(Name),
  blockStreet: Column,
  blockHundred: Column,
  blockBox: Column,
  blockHouseholds: Column,
  blockArea: Column,
  crossingStreetA: Column,
  crossingStreetB: Column,
  crossingX: Column,
  crossingY: Column,
  crossingHouseholds: Column,
  crossingArea: Column,
  landmarks: Type.Array(Type.Object({ name: Name, block: Type.Integer({ minimum: 0 }) })),
  highways: Type.Array(
    Type.Object({
      name: Name,
      milesMax: Type.Number({ minimum: 0 }),
      stretches: Type.Array(BoxSchema),
      area: Type.Integer({ minimum: 0 }),
    }),
  ),
  areas: Type.Array(AreaSchema),
  jurisdiction: AreaSchema,
});
type Plain = Static<typeof PlainSchema>;
const schema = Compile(PlainSchema);

function columnsProblem(plain: Plain, path: string): Problem | null {
  const blocks = plain.blockStreet.length;
  const crossings = plain.crossingX.length;
  const streetMax = Math.min(plain.streets.length - 1, UINT16_MAX);
  const areaMax = Math.min(plain.areas.length - 1, UINT16_MAX);
  const columns: [name: keyof Plain, length: number, min: number, max: number][] = [
    ['blockStreet', blocks, 0, streetMax],
    ['blockHundred', blocks, 0, UINT16_MAX],
    ['blockBox', 4 * blocks, -INT32_MAX, INT32_MAX],
    ['blockHouseholds', blocks, 0, UINT16_MAX],
    ['blockArea', blocks, 0, areaMax],
    ['crossingStreetA', crossings, 0, streetMax],
    ['crossingStreetB', crossings, 0, streetMax],
    ['crossingX', crossings, -INT32_MAX, INT32_MAX],
    ['crossingY', crossings, -INT32_MAX, INT32_MAX],
    ['crossingHouseholds', crossings, 0, UINT16_MAX],
    ['crossingArea', crossings, 0, areaMax],
  ];
  for (const [name, length, min, max] of columns) {
    const column = plain[name] as number[];
    if (column.length !== length)
      return new Problem(`${path}/${name}`, `expected ${length} numbers, found ${found(column)}`);
    const at = column.findIndex((value) => !isIntegerWithin(value, min, max));
    if (at >= 0)
      return new Problem(`${path}/${name}/${at}`, `expected a whole number from ${min} to ${max}, found ${column[at]}`);
  }
  return null;
}

/** Blocks are looked up by halving. */
function orderProblem({ blockStreet, blockHundred }: Plain, path: string): Problem | null {
  for (let i = 1; i < blockStreet.length; i++) {
    const ascends =
      blockStreet[i] > blockStreet[i - 1] ||
      (blockStreet[i] === blockStreet[i - 1] && blockHundred[i] > blockHundred[i - 1]);
    if (!ascends) return new Problem(`${path}/blockHundred/${i}`, 'expected blocks in order of street and hundred');
  }
  return null;
}

function listsProblem({ landmarks, highways, areas, blockStreet }: Plain, path: string): Problem | null {
  const landmark = landmarks.findIndex(({ block }) => block >= blockStreet.length);
  if (landmark >= 0) return new Problem(`${path}/landmarks/${landmark}/block`, 'expected the number of a block');
  const highway = highways.findIndex(({ area }) => area >= areas.length);
  return highway < 0 ? null : new Problem(`${path}/highways/${highway}/area`, 'expected the number of an area');
}
