// A picture of every page in one design, for a look at whether the sites are what they claim.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { chromium } from 'playwright-core';

const session = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
const pages = ['www.photo-wall.example', 'www.micro-blog.example', 'www.video-hill.example', 'www.video-hill.example/watch', 'www.music-box.example', 'web.chat-room.example', 'www.forum-talk.example', 'www.forum-talk.example/thread', 'www.daily-news.example', 'www.town-herald.example/story', 'www.find-it.example/results', 'mail.council.example', 'office.council.example'];
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', `--ignore-certificate-errors-spki-list=${session.spki}`, '--autoplay-policy=no-user-gesture-required'] });
const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, ignoreHTTPSErrors: true });
page.on('pageerror', (error) => console.log(page.url(), String(error)));
page.on('response', (r) => r.status() >= 400 && console.log(r.status(), r.url()));
for (const [i, where] of pages.entries()) {
  await page.goto(`https://${where}`, { waitUntil: 'load' });
  await page.waitForTimeout(1500);
  if (where.includes('story')) { await page.mouse.wheel(0, 700); await page.waitForTimeout(3000); await page.mouse.wheel(0, -700); await page.waitForTimeout(6500); }
  if (where.includes('mail')) { await page.locator('.letter').first().click(); await page.waitForTimeout(800); }
  if (where.includes('music')) { await page.locator('#play').click(); await page.waitForTimeout(2500); }
  await page.screenshot({ path: `${session.pictures}/${session.design}-${String(i).padStart(2, '0')}-${where.replace(/\W+/g, '-')}.png` });
}
await browser.close();
