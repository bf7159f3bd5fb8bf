/**
 * `npm run pictures`: renews docs/pictures from real runs, as Chromium shows them. `npm run pictures -- start study` makes these only.
 * All of them take some ten minutes on two processors. Let nothing else run meanwhile: a run that fails its checks gives no picture.
 */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium, type Browser } from 'playwright-core';
import { html, rawHtml } from '../harness/report/html.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PICTURES = join(ROOT, 'docs/pictures');
/** test/documents.test.ts holds the committed pictures to the same limit. */
const PICTURE_BYTES_MAX = 250_000;
const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
/** White around what is shown, CSS pixels. */
const MARGIN_PX = 16;
/** Spent on each request by the slowed build, so that the comparison has something to find. */
const SLOWED_BY_MS = 3;

/** Part of a page: from the top of the first element to the bottom of the second. */
interface Part {
  url: string;
  from: string;
  to: string;
  widthPx: number;
  /** Image pixels for each CSS pixel. */
  scale: number;
}

type Job = (browser: Browser, folder: string) => Promise<void>;

const JOBS: Readonly<Record<string, Job>> = {
  start: picturesOfStart,
  study: pictureOfStudy,
  compare: pictureOfCompare,
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(JOBS, name));
if (unknown.length > 0) {
  console.error(`pictures: expected any of ${Object.keys(JOBS).join(', ')}, found ${unknown.join(', ')}`);
  process.exitCode = 2;
} else {
  const folder = mkdtempSync(join(tmpdir(), 'hundredblock-pictures-'));
  const executablePath = CHROMIUM.find((path) => existsSync(path));
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  try {
    mkdirSync(PICTURES, { recursive: true });
    for (const [name, job] of Object.entries(JOBS)) {
      if (asked.length === 0 || asked.includes(name)) await job(browser, folder);
    }
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

// --- internal ---

/** The main job: what the terminal shows, the report's first screen, the map, and the latency of each stage. */
async function picturesOfStart(browser: Browser, folder: string): Promise<void> {
  const text = hundredblock(folder, ['start', '--out', 'start'], 0);
  await shoot(browser, 'terminal', {
    url: writePage(folder, 'terminal.html', terminalPage('npm start', text)),
    from: '.terminal',
    to: '.terminal',
    widthPx: 900,
    scale: 1,
  });
  const url = pathToFileURL(join(folder, 'start/report.html')).href;
  await shoot(browser, 'report', { url, from: 'h1', to: '#figures .tiles', widthPx: 1280, scale: 1 });
  await shoot(browser, 'map', { url, from: '#map', to: '#map figure', widthPx: 1280, scale: 0.85 });
  await shoot(browser, 'latency', { url, from: '#clocks .plot', to: '#clocks .plot', widthPx: 1000, scale: 1 });
}

/** A figure of the study that is kept in results/studies, since making it takes 210 runs. */
async function pictureOfStudy(browser: Browser, folder: string): Promise<void> {
  const svg = readFileSync(join(ROOT, 'results/studies/dose-response/figures/induced-call-share.svg'), 'utf8');
  const url = writePage(
    folder,
    'study.html',
    html`<body style="margin:0"><div class="figure" style="padding:12px 24px">${rawHtml(svg)}</div>`.text,
  );
  await shoot(browser, 'study', { url, from: '.figure', to: '.figure', widthPx: 980, scale: 1 });
}

/** This checkout against a copy of it whose HTTP server is slower: the comparison must say so (exit 1). */
async function pictureOfCompare(browser: Browser, folder: string): Promise<void> {
  const slowed = join(folder, 'slowed-build');
  symlinkSync(ROOT, join(folder, 'this-build'));
  mkdirSync(join(slowed, 'bin'), { recursive: true });
  writeFileSync(join(slowed, 'package.json'), '{"type":"module"}');
  const real = pathToFileURL(join(ROOT, 'bin/hundredblock.js')).href;
  writeFileSync(join(slowed, 'bin/hundredblock.js'), slowedServer(real));
  hundredblock(
    folder,
    ['compare', 'dir:this-build', 'dir:slowed-build', '--set', 'load.speed=30', '--out', 'compare'],
    1,
  );
  const url = pathToFileURL(join(folder, 'compare/report.html')).href;
  await shoot(browser, 'compare', { url, from: '#answer', to: '#measures .plot', widthPx: 1280, scale: 1 });
}

/** A page that looks like a terminal in which `command` printed `output`. */
function terminalPage(command: string, output: string): string {
  const box = 'margin:12px;padding:16px 20px;border-radius:8px;background:#16181d;color:#e4e6ea';
  const style = `${box};font:13px/1.4 'DejaVu Sans Mono',monospace`;
  return html`<meta charset="utf-8"><body style="margin:0"><pre class="terminal" style="${style}"><b style="color:#7ee0b0">$ ${command}</b>
${output.trimEnd()}</pre>`.text;
}

function slowedServer(real: string): string {
  return `import { Server } from 'node:http';
const { emit } = Server.prototype;
Server.prototype.emit = function (event, ...args) {
  const untilMs = performance.now() + ${SLOWED_BY_MS};
  if (event === 'request') while (performance.now() < untilMs);
  return emit.call(this, event, ...args);
};
await import(${JSON.stringify(real)});
`;
}

/** Runs the command in `folder`; returns its stdout. Throws if it exits otherwise than expected. */
function hundredblock(folder: string, args: readonly string[], exitCode: number): string {
  console.log(`hundredblock ${args.join(' ')}`);
  const { status, stdout } = spawnSync(process.execPath, [join(ROOT, 'bin/hundredblock.js'), ...args], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== exitCode) {
    throw new Error(`${args[0]}: expected exit code ${exitCode}, found ${status}; a busy machine can be the reason`);
  }
  return stdout.replaceAll(`${folder}/`, '');
}

function writePage(folder: string, name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return pathToFileURL(join(folder, name)).href;
}

async function shoot(browser: Browser, name: string, part: Part): Promise<void> {
  const page = await browser.newPage({
    viewport: { width: part.widthPx, height: 900 },
    deviceScaleFactor: part.scale,
    colorScheme: 'light',
  });
  await page.goto(part.url);
  const [from, to] = [
    await page.locator(part.from).first().boundingBox(),
    await page.locator(part.to).first().boundingBox(),
  ];
  if (from === null || to === null)
    throw new Error(`${name}: expected ${part.from} and ${part.to}, found one of them not`);
  const [left, top] = [Math.min(from.x, to.x) - MARGIN_PX, from.y - MARGIN_PX];
  const [right, bottom] = [Math.max(from.x + from.width, to.x + to.width), to.y + to.height];
  const [x, y] = [Math.max(0, left), Math.max(0, top)];
  const path = join(PICTURES, `${name}.png`);
  // Little below, so that no line of the next element is cut in two.
  const clip = { x, y, width: Math.min(part.widthPx, right + MARGIN_PX) - x, height: bottom + MARGIN_PX / 4 - y };
  await page.screenshot({ path, fullPage: true, clip });
  await page.close();
  const { size } = statSync(path);
  console.log(`docs/pictures/${name}.png: ${Math.round(size / 1000)} kB`);
  if (size > PICTURE_BYTES_MAX) throw new Error(`${path}: expected at most ${PICTURE_BYTES_MAX} bytes, found ${size}`);
}
