// A word processor and folders, on no list: documents of some size, autosave while one writes, a socket for who else is there.
import { filler, padding, sentence } from '../content.mjs';
import { whileOpen } from '../socket.mjs';

const designs = { a: { save: 4, document: [150e3, 500e3], script: 1500e3, ping: 15 }, b: { save: 10, document: [60e3, 200e3], script: 2200e3, ping: 30 }, c: { save: 2, document: [300e3, 900e3], script: 900e3, ping: 10 },
  // Kept at nearly every pause; a request that hangs for who else is there.
  d: { save: 1.5, document: [120e3, 420e3], script: 3100e3, ping: 25, hold: 28 },
  // Kept now and then; what was done is told twice a minute.
  e: { save: 15, document: [200e3, 700e3], script: 2600e3, ping: 20, told: [30, 3000, 12000] },
  // Each second of writing is a small request of its own, and what others write comes by one answer that goes on (Google Docs).
  f: { save: 1, small: [500, 1400], document: [90e3, 350e3], script: 3600e3, stream: [3, 40] },
  // What is written goes letter by letter over a socket, and drawn pieces of the page come back (Collabora Online); it is kept now and then.
  g: { save: 30, document: [40e3, 160e3], script: 2900e3, ping: 30, drawn: [1200, 14e3] },
};

function serve(visit, send, response) {
  const { path, random, design } = visit;
  if (path === '/') return visit.page({ names: Array.from({ length: 16 }, () => sentence(random, 3)) });
  if (path === '/document') return send('json', { text: sentence(random, 400), padding: padding(random.between([10e3, 40e3])) });
  if (path === '/parts') return send('bin', filler(random.between(design.document)));
  if (path === '/wait') {
    const timer = setTimeout(() => send('json', { padding: padding(random.between([60, 400])) }), design.hold * 1000);
    return response.on('close', () => clearTimeout(timer));
  }
  if (path === '/stream') {
    response.writeHead(200, { 'content-type': 'text/plain', 'cache-control': 'no-store' });
    response.write('[]\n');
    whileOpen({ closed: (handler) => response.on('close', handler) }, () => random.between(design.stream), () => response.write(`${padding(random.between([80, 600]))}\n`));
    return;
  }
  if (path === '/save') return send('json', { ok: true, padding: padding(random.between([200, 1500])) });
  return send('json', { ok: true });
}

function socket(visit, line) {
  if (visit.design.drawn) line.received((text) => text.startsWith('key') && line.send(padding(visit.random.between(visit.design.drawn))));
  whileOpen(line, () => visit.design.ping, () => line.send(padding(visit.random.between([60, 500]))));
}

export default { designs, serve, socket };
