// A chat: one conversation with somebody who answers, and other groups where people write whether or not anybody looks.
import { padding, sentence } from '../content.mjs';
import { whileOpen } from '../socket.mjs';

const designs = {
  // A socket for everything, kept alive twice a minute.
  a: { way: 'socket', ping: 30, others: [15, 120], script: 700e3, history: 60e3, typing: 3, overhead: [120, 300] },
  // Messages are sent one by one; a long poll brings what came.
  b: { way: 'poll', hold: 25, others: [25, 180], script: 450e3, history: 30e3, typing: 5, overhead: [250, 700] },
  // A socket with small frames and receipts for everything.
  c: { way: 'socket', ping: 20, others: [8, 60], script: 900e3, history: 120e3, typing: 2, overhead: [60, 160], receipts: true },
  // A socket for what comes, requests for what is sent (Discord): a heartbeat each 41 s, one writes for at most eight seconds before it is said again, what was read is acknowledged while
  // it can be seen, what was done is told in batches.
  d: { way: 'both', ping: 41.25, others: [10, 90], script: 2600e3, history: 90e3, typing: 8, overhead: [150, 400], acknowledge: true, batch: { after: 8, up: [1200, 4500] } },
  // A long poll of half a minute that everything comes through, one's own words too (Matrix); what was read is said by a request.
  e: { way: 'poll', hold: 30, others: [12, 100], script: 3000e3, history: 150e3, typing: 12, overhead: [200, 600], acknowledge: true, echo: true },
  // A socket for what comes and for who is writing, kept alive each ten seconds; what one says goes by a form of some kilobytes, what was read is said some seconds later for all together;
  // what was done each quarter of a minute if it can be seen (Slack).
  f: { way: 'both', ping: 10, others: [12, 110], script: 3600e3, history: 180e3, typing: 5, overhead: [1400, 2800], typingBySocket: true, marks: 4, told: [15, 1800, 7500] },
  // One answer that goes on for minutes and brings what came, piece by piece, with a beat each half minute; then the next one. All that one does is a request; that one is there is said each
  // minute while it can be seen (Google Chat).
  g: { way: 'stream', lasts: [100, 240], beat: 30, others: [15, 130], script: 2200e3, history: 110e3, typing: 6, overhead: [1500, 3600], acknowledge: true, told: [60, 500, 900] },
};

const waiting = new Map();  // long polls: client address to a function that answers
const queue = new Map();

const message = (visit, from) => ({ from, text: sentence(visit.random, visit.random.whole([2, 18])), padding: padding(visit.random.between([80, 400])) });

const lines = new Map();    // sockets of those who send by request

const streams = new Map();  // answers that go on

function deliver(visit, item) {
  if (streams.has(visit.address)) return void streams.get(visit.address).write(`${JSON.stringify(item)}\n`);
  if (lines.has(visit.address)) return void lines.get(visit.address).send(JSON.stringify(item));
  const answer = waiting.get(visit.address);
  if (!answer) return void queue.set(visit.address, [...(queue.get(visit.address) ?? []), item]);
  waiting.delete(visit.address);
  answer([item]);
}

/** The other one answers most messages, after a while, sometimes in two. */
function answerTo(visit, say) {
  const { random } = visit;
  if (!random.chance(0.75)) return;
  const after = random.pause(6) * 1000;
  setTimeout(() => say({ typing: true }), after * 0.5);
  setTimeout(() => say(message(visit, 'them')), after);
  if (random.chance(0.3)) setTimeout(() => say(message(visit, 'them')), after + random.pause(5) * 1000);
}

const polls = new Map();
function startOthers(visit) {
  if (polls.has(visit.address)) return;
  const gap = () => visit.random.between(visit.design.others) * 1000;
  const again = () => polls.set(visit.address, setTimeout(() => { deliver(visit, message(visit, 'group')); again(); }, gap()));
  again();
}

function serve(visit, send, response) {
  const { path, design, random } = visit;
  if (path === '/') return visit.page({ messages: Array.from({ length: 14 }, () => message(visit, random.oneOf(['them', 'me', 'group']))) });
  if (path === '/history') return send('json', { padding: padding(design.history * random.between([0.6, 1.4])), pictures: Array.from({ length: 6 }, (_, i) => `https://${visit.hosts.content[0]}/picture/face${i}?bytes=4000`) });
  if (path === '/told') return send('json', '', { status: 204 });
  if (path === '/typing' || path === '/read') return send('json', { ok: true });
  if (path === '/send') {
    if (design.echo) deliver(visit, { padding: padding(random.between([500, 1400])) });
    answerTo(visit, (item) => deliver(visit, item));
    return send('json', { ok: true, padding: padding(random.between([60, 240])) });
  }
  if (path === '/stream') {
    startOthers(visit);
    response.writeHead(200, { 'content-type': 'text/plain', 'cache-control': 'no-store' });
    response.write(`${JSON.stringify({ padding: padding(200) })}\n`);
    streams.set(visit.address, response);
    for (const item of queue.get(visit.address) ?? []) deliver(visit, item);
    queue.delete(visit.address);
    const beat = setInterval(() => response.write('{"beat":1}\n'), design.beat * 1000), end = setTimeout(() => response.end(), random.between(design.lasts) * 1000);
    response.on('close', () => { clearInterval(beat); clearTimeout(end); if (streams.get(visit.address) === response) streams.delete(visit.address); });
    return;
  }
  if (path === '/wait') {
    startOthers(visit);
    const ready = queue.get(visit.address) ?? [];
    queue.delete(visit.address);
    if (ready.length) return send('json', ready);
    const timer = setTimeout(() => { waiting.delete(visit.address); send('json', []); }, design.hold * 1000);
    waiting.set(visit.address, (items) => { clearTimeout(timer); send('json', items); });
    response.on('close', () => clearTimeout(timer));
    return;
  }
  return send('json', {}, { status: 404 });
}

function socket(visit, line) {
  const { design, random } = visit;
  const say = (item) => line.send(JSON.stringify(item));
  if (design.way === 'socket') whileOpen(line, () => design.ping, () => line.ping());
  whileOpen(line, () => random.between(design.others), () => say(message(visit, 'group')));
  if (design.way === 'both') {
    lines.set(visit.address, line);
    line.closed(() => lines.get(visit.address) === line && lines.delete(visit.address));
    return line.received(() => line.send('{"ok":1}'));
  }
  line.received((text) => {
    const { kind } = JSON.parse(text);
    if (design.receipts && kind === 'typing') line.send('{"ok":1}');
    if (kind !== 'message') return;
    line.send(JSON.stringify({ ok: true, padding: padding(random.between([40, 220])) }));
    answerTo(visit, say);
  });
}

export default { designs, serve, socket };
