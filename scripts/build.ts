/**
 * `npm run build`: makes dist/, the JavaScript that the command and all that it starts run from, with the npm packages that they use; and the
 * module that k6's scripts need. `npm ci` runs it.
 * `--if-stale` builds only if a source has changed.
 */
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type BuildOptions, type Metafile, type Plugin } from 'esbuild';
import { bundleState, contentHash, STAMP } from '../bin/bundle.js';
import { LICENCES, licenceTexts } from './licences.ts';
import { MQTT_FOR_K6, mqttForK6 } from './mqtt-for-k6.ts';

/** Modules that a process or a thread starts in, or that users import. Each becomes a file of the same path in dist/. */
export const ENTRIES = [
  'harness/cli/main.ts',
  'harness/drivers/node/driver-process.ts',
  'harness/drivers/node/thread/thread-entry.ts',
  'harness/engine/worker.ts',
  'harness/library/hundredblock.ts',
  'harness/studies/experiment/worker.ts',
] as const;

/** Packages that stay outside: libsql is a binary, and swagger-ui reads pages from its own folder. */
const EXTERNAL = ['libsql', '@fastify/swagger-ui'];

/** Builds all of it. `clean` leaves nothing of earlier builds, which processes that still run may need. */
export async function buildBundle({ clean = false } = {}): Promise<void> {
  const stamps: Stamped[] = RECIPE.map(stampOf);
  const { outputFiles, metafile } = await build({ ...OPTIONS, plugins: [readingOnce(stamps)] });
  if (clean) rmSync(join(ROOT, DIST), { recursive: true, force: true });
  // Without its stamp, nobody takes the bundle for current: a process that starts meanwhile runs from source.
  rmSync(join(ROOT, STAMP), { force: true });
  // Chunks first: an entry never stands there without what it imports.
  const files = outputFiles.map(({ path, contents }) => ({ path: relative(ROOT, path), contents }));
  for (const file of files.sort((a, b) => Number(isEntry(a.path)) - Number(isEntry(b.path))))
    place(file.path, file.contents);
  place(MQTT_FOR_K6, await mqttForK6(ROOT));
  place(LICENCES, licenceTexts(ROOT, bundledFiles(metafile)));
  forgetChunks(new Set(files.map(({ path }) => path)));
  place(STAMP, JSON.stringify({ files: stamps.sort(([a], [b]) => (a < b ? -1 : 1)) }));
}

// --- internal ---

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DIST = 'dist';
const CHUNKS = 'dist/chunks';
/** A process that still runs may yet load a chunk of an older build. */
const CHUNK_KEPT_MS = 24 * 3_600_000;
/** The bundle depends on these too. */
const RECIPE = ['package.json', 'package-lock.json', 'scripts/build.ts'];

type Stamped = [path: string, sizeBytes: number, mtimeMs: number, hash: string];

const OPTIONS = {
  entryPoints: [...ENTRIES],
  absWorkingDir: ROOT,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  // bin/bundle.js leaves tsconfig.json out too: the bundle and the sources through tsx follow the same rules.
  tsconfigRaw: {},
  outdir: DIST,
  outbase: '.',
  chunkNames: 'chunks/[name]-[hash]',
  external: EXTERNAL,
  sourcemap: true,
  sourcesContent: false,
  legalComments: 'eof',
  metafile: true,
  write: false,
  logLevel: 'warning',
  // Bundled CommonJS calls require for Node's own modules, and for optional packages.
  banner: {
    js: "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);",
  },
} satisfies BuildOptions;

/** Reads each of our own files, so that what the stamp says of it is what was built, though it may be edited meanwhile. */
function readingOnce(stamps: Stamped[]): Plugin {
  return {
    name: 'reading once',
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const stamp = stampOf(relative(ROOT, path));
        stamps.push(stamp);
        return { contents: readFileSync(path), loader: 'ts' };
      });
    },
  };
}

function stampOf(path: string): Stamped {
  const { size, mtimeMs } = statSync(join(ROOT, path));
  return [path, size, mtimeMs, contentHash(readFileSync(join(ROOT, path)))];
}

function isEntry(path: string): boolean {
  return !path.startsWith(CHUNKS);
}

/** Nobody ever sees half a file. */
function place(path: string, contents: string | Uint8Array): void {
  const whole = join(ROOT, path);
  mkdirSync(dirname(whole), { recursive: true });
  const beside = `${whole}.${process.pid}`;
  writeFileSync(beside, contents);
  renameSync(beside, whole);
}

/** Paths of the files that left something in the output. */
function bundledFiles({ outputs }: Metafile): string[] {
  const inputs = Object.values(outputs).flatMap((output) => Object.entries(output.inputs));
  return inputs.flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : []));
}

function forgetChunks(kept: ReadonlySet<string>): void {
  for (const name of readdirSync(join(ROOT, CHUNKS))) {
    const path = `${CHUNKS}/${name}`;
    if (!kept.has(path) && statSync(join(ROOT, path)).mtimeMs < Date.now() - CHUNK_KEPT_MS) rmSync(join(ROOT, path));
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const isWanted = !process.argv.includes('--if-stale') || bundleState() !== 'current';
  if (isWanted) await buildBundle();
}
