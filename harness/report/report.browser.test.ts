/** Opens a report in Chromium, as a reader would. Skipped if there is no Chromium, unless CI=true says that there must be one. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixtureLoadRun, fixtureRun, writeFixtureRun } from './fixture.testing.ts';
import { writeReport } from './report.ts';
import { ON_THE_WIRE } from '../records/run-folder.ts';

const CANDIDATES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = CANDIDATES.find((path) => existsSync(path));
const skipped = executablePath === undefined && process.env.CI !== 'true';
const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'];

const run = fixtureRun();
const SECTIONS = [
  'verdict',
  'figures',
  'replay',
  'map',
  'rates',
  'truth',
  'delay',
  'police',
  'loop',
  'privacy',
  'faults',
  'flow',
  'violations',
];
const VIEWS = [
  { width: 1280, colorScheme: 'light' },
  { width: 1280, colorScheme: 'dark' },
  { width: 390, colorScheme: 'light' },
  { width: 390, colorScheme: 'dark' },
] as const;

/** Letters of plots that are too small, cut off or faint. */
const BAD_LETTERS = `(() => {
      const shade = (css) => { const [r, g, b] = css.match(/[\\d.]+/g).map((v) => { const c = v / 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
      const paper = shade(getComputedStyle(document.body).backgroundColor);
      const out = [];
      let seen = 0;
      for (const text of document.querySelectorAll('.plot svg text')) {
        const box = text.getBoundingClientRect();
        if (box.width === 0) continue;
        seen += 1;
        const svg = text.ownerSVGElement;
        const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
        if (parseFloat(getComputedStyle(text).fontSize) * scale < 11) out.push('small: ' + text.textContent);
        if (box.left < 0 || box.right > innerWidth) out.push('cut: ' + text.textContent);
        const ink = shade(getComputedStyle(text).fill);
        if ((Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05) < 4.5) out.push('faint: ' + text.textContent);
      }
      return seen > 50 ? out : ['only ' + seen + ' texts seen'];
    })()`;

describe.skipIf(skipped)(
  `a report in a browser${skipped ? ` (skipped: no Chromium at ${CANDIDATES.join(', ')})` : ''}`,
  () => {
    const dir = mkdtempSync(join(tmpdir(), 'hundredblock-browser-'));
    let browser: Browser;
    let url: string;
    let loadUrl: string;
    let bothUrl: string;

    beforeAll(async () => {
      writeFixtureRun(dir, run);
      url = pathToFileURL(await writeReport(dir)).href;
      const loadDir = join(dir, 'load');
      writeFixtureRun(loadDir, fixtureLoadRun());
      loadUrl = pathToFileURL(await writeReport(loadDir)).href;
      const bothDir = join(dir, 'both');
      writeFixtureRun(bothDir, run);
      writeFixtureRun(join(bothDir, ON_THE_WIRE), fixtureLoadRun());
      bothUrl = pathToFileURL(await writeReport(bothDir)).href;
      browser = await chromium.launch({ executablePath, args: ARGS });
    });
    afterAll(async () => {
      await browser?.close();
      rmSync(dir, { recursive: true, force: true });
    });

    async function open(
      view: Pick<(typeof VIEWS)[number], 'width' | 'colorScheme'>,
      at = url,
    ): Promise<{ page: Page; noise: string[] }> {
      const page = await browser.newPage({
        viewport: { width: view.width, height: 900 },
        colorScheme: view.colorScheme,
      });
      const noise: string[] = [];
      page.on('console', (message) => noise.push(message.text()));
      page.on('pageerror', (error) => noise.push(String(error)));
      page.on(
        'request',
        (request) => request.url() !== at && !request.url().startsWith('data:') && noise.push(request.url()),
      );
      await page.goto(at);
      return { page, noise };
    }

    it.each(VIEWS)('fits $width px in $colorScheme, without a word on the console or a request', async (view) => {
      const { page, noise } = await open(view);
      await page.evaluate('for (const d of document.querySelectorAll("details")) d.open = true');
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(view.width);
      const sections = await page
        .locator('main > section:visible')
        .evaluateAll((all) => all.map((section) => section.id));
      expect(sections).toEqual(SECTIONS);
      const links = await page.locator('nav a').evaluateAll((all) => all.map((link) => link.getAttribute('href')));
      expect(links).toEqual(SECTIONS.map((id) => `#${id}`));
      expect(noise).toEqual([]);
      await page.close();
    });

    it.each(VIEWS)(
      'has no letters below 11 px in its plots at $width px in $colorScheme, none cut off, all in contrast to the paper',
      async (view) => {
        // A run with one on the wire within it has the plots of both.
        for (const at of view === VIEWS[0] ? [url, loadUrl, bothUrl] : [bothUrl]) {
          const { page } = await open(view, at);
          expect(await page.evaluate(BAD_LETTERS)).toEqual([]);
          await page.close();
        }
      },
    );

    it.each(
      VIEWS.flatMap((view) => [
        { ...view, of: 'a run on the wire', at: () => loadUrl },
        { ...view, of: 'a run with one on the wire within it', at: () => bothUrl },
      ]),
    )('of $of fits $width px in $colorScheme and says so', async (view) => {
      const { page, noise } = await open(view, view.at());
      await page.evaluate('for (const d of document.querySelectorAll("details")) d.open = true');
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(view.width);
      expect(await page.locator('#clocks:visible, #load:visible').count()).toBe(2);
      // Latency; sent, deliveries, latency and processors by second.
      expect(await page.locator('#clocks figure, #load figure').count()).toBe(5);
      expect(await page.locator('#load').textContent()).toContain('A note of <i>the driver</i>.');
      expect(noise).toEqual([]);
      await page.close();
    });

    it.each([VIEWS[0], VIEWS[2]])(
      'names every plot, map, table and section to those who hear the page, at $width px',
      async (view) => {
        const { page } = await open(view);
        // Names as Chromium computes them for a screen reader, not attributes as they were meant.
        const session = await page.context().newCDPSession(page);
        const { nodes } = await session.send('Accessibility.getFullAXTree');
        const named = (role: string) =>
          nodes.filter((n) => !n.ignored && n.role?.value === role).map((n) => String(n.name?.value ?? ''));
        const images = named('image');
        // Three maps; three rates, truth, delay, three of police, households: each once, wide or narrow.
        expect(images).toHaveLength(12);
        expect(images.filter((name) => name.length < 30)).toEqual([]);
        expect(new Set(images).size).toBe(images.length);
        const regions = named('region');
        expect(regions.length).toBeGreaterThan(SECTIONS.length + 8);
        expect([...regions, ...named('table')].filter((name) => name === '')).toEqual([]);
        expect(await page.locator('svg:not([aria-hidden]):not([role=img])').count()).toBe(0);
        await page.close();
      },
    );

    it("shows the record's numbers on its tiles", async () => {
      const { page } = await open(VIEWS[0]);
      const { counts, delayMs, duty, falseAlertRate, loop, police, privacy, verdicts } = run.record;
      const whole = (n: number) => n.toLocaleString('en-US');
      const minutes = (ms: number) => `${(ms / 60_000).toFixed(1)} min`;
      const percent = (share: number) => `${(share * 100).toFixed(1)}%`;
      expect(
        await page
          .locator('[data-figure]')
          .evaluateAll((tiles) => tiles.map((t) => [t.getAttribute('data-figure'), t.textContent])),
      ).toEqual([
        ['counts.incidents', whole(counts.incidents)],
        ['counts.calls', whole(counts.calls)],
        ['counts.alerts', whole(counts.alerts)],
        ['counts.deliveries', whole(counts.deliveries)],
        ['falseAlertRate', percent(falseAlertRate.value!)],
        ['delayMs.total.p50', minutes(delayMs.total.p50)],
        ['delayMs.total.p90', minutes(delayMs.total.p90)],
        ['privacy.leaksPerMillionFrames', whole(privacy.leaksPerMillionFrames)],
        ['verdicts.lost', whole(verdicts.lost)],
        ['duty.alertsNeverSent', whole(duty.alertsNeverSent)],
        ['police.utilisation', percent(police.utilisation)],
        ['loop.inducedCalls', whole(loop.inducedCalls)],
      ]);
      await page.close();
    });
  },
);
