// Looks at pages as a reader does: opens each in Chromium, light, dark and as it will be printed, notes what it asked for and what went wrong, has axe-core look for
// what keeps somebody out, prints it, and takes pictures. Prints one JSON object. Usage: node look.mjs FOLDER PAGE...
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const axe = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const [folder, ...pages] = process.argv.slice(2);
const ways = [
  { name: 'light', colorScheme: 'light', media: 'screen' },
  { name: 'dark', colorScheme: 'dark', media: 'screen' },
  { name: 'print', colorScheme: 'light', media: 'print' },
  { name: 'narrow', colorScheme: 'light', media: 'screen', width: 390 },
];

async function look(browser, file, way) {
  // Under the page's own policy, and as it is opened: what it asks for is what it would ask for at the reader's.
  const page = await browser.newPage({ viewport: { width: way.width ?? 1100, height: 1400 } });
  await page.emulateMedia({ media: way.media, colorScheme: way.colorScheme });
  const asked = [];
  const wrong = [];
  page.on('request', (request) => asked.push(request.url()));
  page.on('console', (message) => wrong.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => wrong.push(String(error)));
  await page.goto(pathToFileURL(file).href, { waitUntil: 'load' });
  const stem = path.join(folder, `${path.basename(file, '.html')}-${way.name}`);
  await page.screenshot({ path: `${stem}.png`, fullPage: true });
  if (way.media === 'print') await page.pdf({ path: `${stem}.pdf`, preferCSSPageSize: true, printBackground: true, tagged: true });
  // Folded tables are part of the page too.
  await page.evaluate(() => document.querySelectorAll('details').forEach((each) => { each.open = true; }));
  await page.evaluate(axe);
  const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  await page.close();
  return {
    way: way.name,
    asked: asked.filter((url) => url !== pathToFileURL(file).href),
    wrong,
    overflow,
    rules: found.passes.length,
    violations: found.violations.map((each) => `${each.id}: ${each.help}: ${each.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(' | ')}`),
  };
}

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
const told = {};
for (const file of pages) {
  told[path.basename(file)] = [];
  for (const way of ways) told[path.basename(file)].push(await look(browser, file, way));
}
await browser.close();
console.log(JSON.stringify(told));
