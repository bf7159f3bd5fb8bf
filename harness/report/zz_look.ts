import { chromium } from 'playwright-core';
import { statSync } from 'node:fs';
import { fixtureRun, writeFixtureRun } from './fixture.ts';
import { writeReport } from './report.ts';
writeFixtureRun('/tmp/rp/run', fixtureRun());
let t = performance.now();
const p = await writeReport('/tmp/rp/run');
console.log(p, statSync(p).size, performance.now() - t);
writeFixtureRun('/tmp/rp/big', fixtureRun({ agencies: 225, days: 1, alertsPerAgency: 16 }));
t = performance.now();
const b = await writeReport('/tmp/rp/big');
console.log(statSync(b).size, performance.now() - t);
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'] });
for (const scheme of ['light', 'dark'] as const) for (const width of [1280, 390]) {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme: scheme });
  await page.goto('file://' + (process.argv[2] ?? p));
  const o = await page.evaluate('document.documentElement.scrollWidth');
  console.log(scheme, width, o, await page.evaluate('document.documentElement.scrollHeight'));
  const total = Number(await page.evaluate('document.documentElement.scrollHeight'));
  const h = width === 390 ? 2000 : 1900;
  for (let i = 0; i * h < total; i++) await page.screenshot({ path: `/tmp/rp/${scheme}-${width}-${i}.png`, fullPage: true, clip: { x: 0, y: i * h, width, height: Math.min(h, total - i * h) } });
}
await browser.close();
