/** `hundredblock doctor`. */
import { spawnSync } from 'node:child_process';
import { statfsSync } from 'node:fs';
import { basename } from 'node:path';
import { EXIT } from '../../../contract/errors.ts';
import { BUILT_K6 } from '../../drivers/k6/binary.ts';
import { readManifest } from '../../io/package.ts';
import { defineCommand } from '../command.ts';
import { write } from '../write.ts';

type State = 'ok' | 'missing' | 'optional';

interface Finding {
  state: State;
  what: string;
  found: string;
}

interface Tool {
  /** Programs that do the same, in order of preference. */
  programs: readonly string[];
  /** The argument that makes them print their version. */
  versionFlag: string;
  purpose: string;
  how: string;
}

const TOOLS: readonly Tool[] = [
  {
    programs: ['git'],
    versionFlag: '--version',
    purpose: 'names the commit in each record',
    how: 'Debian: apt-get install git',
  },
  {
    programs: ['chromium', 'chromium-browser', 'google-chrome'],
    versionFlag: '--version',
    purpose: 'the tests that look at a report in a browser',
    how: 'Debian: apt-get install chromium',
  },
  {
    programs: ['k6', BUILT_K6],
    versionFlag: 'version',
    purpose: 'load with k6 (load --driver k6, harness/drivers/k6/scripts)',
    how: 'npm run k6 builds it with Go, or get v2 or newer from https://k6.io',
  },
  {
    programs: ['mosquitto'],
    versionFlag: '-h',
    purpose: 'a second MQTT broker to test against',
    how: 'Debian: apt-get install mosquitto',
  },
  {
    programs: ['prometheus'],
    versionFlag: '--version',
    purpose: 'keeping metrics of runs',
    how: 'Debian: apt-get install prometheus',
  },
  {
    programs: ['promtool'],
    versionFlag: '--version',
    purpose: 'checking metric files',
    how: 'Debian: apt-get install prometheus',
  },
];

const DISK_FREE_MIB_MIN = 200;

export const doctor = defineCommand({
  name: 'doctor',
  summary: 'list what is installed, what is optional, and how to get it',
  usage: '',
  positionals: { min: 0, max: 0 },
  flags: {},
  examples: ['hundredblock doctor'],

  async run(): Promise<number> {
    const findings = [nodeVersion(), packages(), disk(), ...TOOLS.map(tool)];
    const marks: Record<State, string> = { ok: 'ok      ', missing: 'MISSING ', optional: 'optional' };
    const lines = findings.map(({ state, what, found }) => `${marks[state]}  ${what.padEnd(22)} ${found}`);
    const missing = findings.filter((finding) => finding.state === 'missing').length;
    lines.push(
      '',
      missing === 0
        ? 'Everything required is here.'
        : `${missing} required thing${missing === 1 ? ' is' : 's are'} missing.`,
    );
    await write(process.stdout, `${lines.join('\n')}\n`);
    return missing === 0 ? EXIT.done : EXIT.failed;
  },
});

// --- internal ---

function nodeVersion(): Finding {
  const expected = readManifest().engines.node;
  const [major, minor] = expected.replace('>=', '').split('.').map(Number);
  const [foundMajor, foundMinor] = process.versions.node.split('.').map(Number);
  const enough = foundMajor > major || (foundMajor === major && foundMinor >= minor);
  return { state: enough ? 'ok' : 'missing', what: 'node', found: `${process.versions.node} (required ${expected})` };
}

function packages(): Finding {
  const names = Object.keys(readManifest().dependencies);
  // A type-only or command-line package has nothing to import: it is enough that its name resolves.
  const broken = names.filter((name) => !resolves(name));
  if (broken.length === 0) return { state: 'ok', what: 'npm packages', found: `all ${names.length} found` };
  return { state: 'missing', what: 'npm packages', found: `not found: ${broken.join(', ')}; run npm ci` };
}

function resolves(name: string): boolean {
  try {
    import.meta.resolve(name);
    return true;
  } catch {
    return false;
  }
}

function disk(): Finding {
  const { bavail, bsize } = statfsSync('.');
  const freeMiB = Math.floor((bavail * bsize) / (1024 * 1024));
  const enough = freeMiB >= DISK_FREE_MIB_MIN;
  return {
    state: enough ? 'ok' : 'missing',
    what: 'disk space here',
    found: `${freeMiB} MiB free (a run needs up to ${DISK_FREE_MIB_MIN})`,
  };
}

function tool({ programs, versionFlag, purpose, how }: Tool): Finding {
  for (const program of programs) {
    const { status, stdout, stderr } = spawnSync(program, [versionFlag], { encoding: 'utf8', timeout: 10_000 });
    if (status === null) continue;
    const version = /\d+\.\d+[\w.]*/.exec(`${stdout}\n${stderr}`)?.[0] ?? 'present';
    return { state: 'ok', what: basename(program), found: `${version}, for ${purpose}` };
  }
  return { state: 'optional', what: programs[0], found: `not found; for ${purpose}. ${how}` };
}
