// A person at a browser: opens, reads, scrolls, clicks, types, looks elsewhere, goes away. The script says what the person does; what is true of each second is asked
// of the pages themselves and written down once a second: where the eyes are, whether that page can be seen, what plays. Nothing of it goes over the network.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { chromium } from 'playwright-core';
import { randomOf, sentence } from './content.mjs';

const session = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
const truth = fs.createWriteStream(session.truth);
const sleep = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));
const seconds = () => Date.now() / 1000;

async function startBrowser() {
  const flags = [
    '--no-sandbox', '--disable-gpu', '--no-first-run', '--no-default-browser-check', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-default-apps',
    '--disable-features=OptimizationHints,MediaRouter,DialMediaRouteProvider,Translate', '--autoplay-policy=no-user-gesture-required', '--window-size=1280,900', '--remote-debugging-port=9222',
    `--user-data-dir=${session.folder}/profile`, `--ignore-certificate-errors-spki-list=${session.spki}`,
    session.quic.length ? `--origin-to-force-quic-on=${session.quic.map((host) => `${host}:443`).join(',')}` : '--disable-quic',
    ...(session.display ? [] : ['--headless=new']), 'about:blank',
  ];
  const child = spawn('chromium', flags, { stdio: ['ignore', 'ignore', fs.openSync(`${session.folder}/chromium.log`, 'w')], env: { ...process.env, HOME: session.folder, ...(session.display ? { DISPLAY: session.display } : {}) } });
  for (let tries = 0; tries < 120; tries++) {
    try {
      // Without its defaults: Playwright's would keep every page visible and in focus, and no tab would ever be hidden.
      return { child, browser: await chromium.connectOverCDP('http://127.0.0.1:9222', { noDefaults: true }) };
    } catch {
      await sleep(0.5);
    }
  }
  throw new Error('the browser did not come up');
}

class Person {
  constructor(context) {
    this.context = context;
    this.random = randomOf(`person ${session.seed} ${session.script}`);
    this.started = seconds();
    this.eyes = null;  // the tab that the person looks at
    this.state = new Map();
    this.problems = 0;
  }

  /** Seconds since the session began, as the script counts them (a rehearsal runs faster). */
  get now() { return (seconds() - this.started) / session.pace; }
  wait(time) { return sleep(Math.max(0, time) * session.pace); }
  until(time) { return this.wait(time - this.now); }
  pause(median) { return this.wait(Math.min(90, this.random.pause(median))); }
  note(what, tab = this.eyes) { truth.write(`${JSON.stringify({ at: seconds(), act: what, host: tab ? hostOf(tab) : null })}\n`); }

  async attempt(what, action) {
    try {
      return await action();
    } catch (error) {
      this.problems++;
      truth.write(`${JSON.stringify({ at: seconds(), problem: what, why: String(error).split('\n')[0] })}\n`);
      return undefined;
    }
  }

  /** A new tab in front. */
  async open(url) {
    const first = this.context.pages().find((page) => page.url() === 'about:blank' && !this.state.has(page));
    const tab = first ?? (await this.context.newPage());
    this.state.set(tab, {});
    await tab.bringToFront();
    this.eyes = tab;
    await this.go(tab, url);
    return tab;
  }
  async go(tab, url) {
    this.note('go', tab);
    await this.attempt(`go ${url}`, () => tab.goto(url.includes('://') ? url : `https://${url}`, { waitUntil: 'domcontentloaded', timeout: 40000 }));
  }
  /** A tab that was there before the person came: opened behind the others, never looked at. */
  async openBehind(url) {
    const front = this.eyes;
    const tab = await this.context.newPage();
    this.state.set(tab, {});
    if (front) await front.bringToFront();
    await this.attempt(`go ${url}`, () => tab.goto(`https://${url}`, { waitUntil: 'domcontentloaded', timeout: 40000 }));
    return tab;
  }
  async look(tab) {
    await tab.bringToFront();
    this.eyes = tab;
    this.note('look');
  }
  /** Nobody is at the screen; what was on it stays on it. */
  away() { this.note('away'); this.eyes = null; }
  back(tab) { this.eyes = tab; this.note('back'); }
  async close(tab) {
    if (this.eyes === tab) this.eyes = null;
    await this.attempt('close', async () => {
      if (this.context.pages().length === 1) await this.context.newPage();  // the browser would end with its last tab
      await tab.close();
    });
  }

  async scroll(tab, amount = 500) {
    this.note('scroll', tab);
    await this.attempt('scroll', async () => {
      await tab.mouse.move(400 + this.random.upTo(200), 400);
      for (let i = this.random.whole([1, 4]); i > 0; i--) {
        await tab.mouse.wheel(0, amount * this.random.between([0.6, 1.4]));
        await sleep(0.15);
      }
    });
  }
  /** Clicks one of the things that can be seen now; says whether there was one. */
  async click(tab, selector) {
    return this.attempt(`click ${selector}`, async () => {
      const spots = await tab.evaluate((wanted) => [...document.querySelectorAll(wanted)].map((e) => e.getBoundingClientRect()).filter((r) => r.width && r.top > 60 && r.bottom < innerHeight && r.left >= 0 && r.right <= innerWidth).map((r) => [r.left + r.width / 2, r.top + r.height / 2]), selector);
      if (!spots.length) return false;
      this.note(`click ${selector}`, tab);
      await tab.mouse.click(...this.random.oneOf(spots), { delay: 60 });
      return true;
    });
  }
  async press(tab, key) {
    this.note(`press ${key}`, tab);
    await this.attempt('press', () => tab.keyboard.press(key));
  }
  async type(tab, selector, words) {
    await this.attempt('type', async () => {
      await tab.focus(selector);
      this.note('type', tab);
      for (const letter of sentence(this.random, words)) {
        await tab.keyboard.type(letter);
        await sleep(this.random.between([0.06, 0.22]) * session.pace);
      }
    });
  }

  // What people do on each kind of site, until a moment of the session's clock.
  async feed(tab, end, median = 6) {
    while (this.now < end) {
      const what = this.random();
      if (what < 0.68) await this.scroll(tab, 620);
      else if (what < 0.86) await this.click(tab, '.open');
      else if (what < 0.93) await this.click(tab, '.like');
      else if (what < 0.96) await this.click(tab, 'img.large');
      if ((await this.visible(tab, '.back')) && this.random.chance(0.35)) await this.click(tab, '.back');
      if ((await this.visible(tab, '#fresh')) && this.random.chance(0.3)) await this.click(tab, '#fresh');
      if (await this.visible(tab, '#more')) await this.click(tab, '#more');
      await this.wait(Math.min(this.random.pause(median), end - this.now));
    }
  }
  visible(tab, selector) {
    const seen = (wanted) => { const e = document.querySelector(wanted); const r = e && !e.hidden && e.getBoundingClientRect(); return !!r && r.top > 60 && r.bottom < innerHeight; };
    const betweenPages = (error) => { if (!/navigation/.test(error)) throw error; return false; };
    return this.attempt('see', () => tab.evaluate(seen, selector).catch(betweenPages));
  }
  /** A search from its first letter to the page of results. */
  async search(words) {
    const tab = await this.open('www.find-it.example');
    await this.wait(2);
    await this.type(tab, 'input', words);
    await this.attempt('search', () => Promise.all([tab.waitForURL('**/results**', { timeout: 40000 }), tab.keyboard.press('Enter')]));
    return tab;
  }
  async news(tab, end, { articleSeconds = 60 } = {}) {
    while (this.now < end) {
      for (let i = 0; i < 12 && !(await this.click(tab, 'a.story')) && this.now < end; i++) await this.scroll(tab, 900);
      const leave = Math.min(end, this.now + this.random.pause(articleSeconds, 0.4));
      await this.pause(3);
      while (this.now < leave) {
        await this.scroll(tab, 260);
        await this.wait(Math.min(this.random.pause(6), leave - this.now));
      }
    }
  }
  async forum(tab, end, median = 22) {
    while (this.now < end) {
      for (let i = 0; i < 10 && !(await this.click(tab, 'a.thread')) && this.now < end; i++) await this.scroll(tab, 900);
      const leave = Math.min(end, this.now + this.random.pause(median, 0.6));
      while (this.now < leave) {
        await this.wait(Math.min(this.random.pause(5), leave - this.now));
        if (this.now < leave) await this.scroll(tab, 350);
      }
    }
  }
  async chat(tab, end, { median = 8, words = [3, 14] } = {}) {
    while (this.now < end) {
      await this.type(tab, '#say', this.random.whole(words));
      await this.attempt('send', () => tab.keyboard.press('Enter'));
      await this.wait(Math.min(this.random.pause(median), end - this.now));
    }
  }
  async office(tab, end) {
    while (this.now < end) {
      if (this.random.chance(0.15)) await this.click(tab, '.document');
      else await this.type(tab, '#write', this.random.whole([5, 25]));
      await this.wait(Math.min(this.random.pause(7), end - this.now));
    }
  }
  async mail(tab, end) {
    while (this.now < end) {
      if (this.random.chance(0.6)) await this.click(tab, '.letter');
      else await this.type(tab, '#write', this.random.whole([6, 30]));
      await this.wait(Math.min(this.random.pause(12), end - this.now));
    }
  }
}

const hostOf = (page) => { try { return new URL(page.url()).hostname || null; } catch { return null; } };
const within = (time, promise) => Promise.race([promise, sleep(time).then(() => null)]);
const asked = () => [document.visibilityState === 'visible', document.hasFocus(), !!window.lab?.playing];

/** What is true now, of every page. A page that does not answer in time (it may be loading) is as it was. */
async function record(person) {
  const at = seconds(), eyes = person.eyes;
  const pages = await Promise.all([...person.state].map(async ([page, last]) => {
    if (page.isClosed()) return null;
    const answer = await within(0.9, page.evaluate(asked).catch(() => null));
    const [visible, focused, playing] = answer ?? [last.visible ?? page === eyes, last.focused ?? false, false];
    Object.assign(last, { visible, focused });
    const players = page.frames().filter((f) => f !== page.mainFrame() && f.url().includes('/embed'));
    const embedded = await Promise.all(players.map(async (f) => ((await within(0.5, f.evaluate(() => !!window.lab?.playing).catch(() => false))) ? new URL(f.url()).hostname : null)));
    return { host: hostOf(page), visible, focused, playing, embedded: embedded.filter(Boolean), eyes: page === eyes, late: answer === null };
  }));
  truth.write(`${JSON.stringify({ at, pages: pages.filter(Boolean) })}\n`);
}

const { child, browser } = await startBrowser();
const person = new Person(browser.contexts()[0]);
const { default: script } = await import(`./scripts/${session.script}.mjs`);
let recording = Promise.resolve();
const clock = setInterval(() => (recording = recording.then(() => record(person))), 1000);
let failed = null;
try {
  await Promise.race([script(person), person.until(session.seconds)]);
  await person.until(session.seconds);
} catch (error) {
  failed = error;
}
clearInterval(clock);
await recording;
child.kill();
truth.end(`${JSON.stringify({ at: seconds(), ended: true, problems: person.problems })}\n`);
await new Promise((done) => truth.on('finish', done));
if (failed) console.error(failed);
process.exit(failed ? 1 : 0);
