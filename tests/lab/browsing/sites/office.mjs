// A word processor and folders, on no list: documents of some size, autosave while one writes, a socket for who else is there.
import { filler, padding, sentence } from '../content.mjs';
import { whileOpen } from '../socket.mjs';

const designs = { a: { save: 4, document: [150e3, 500e3], script: 1500e3, ping: 15 }, b: { save: 10, document: [60e3, 200e3], script: 2200e3, ping: 30 }, c: { save: 2, document: [300e3, 900e3], script: 900e3, ping: 10 },
  // Kept at nearly every pause; a request that hangs for who else is there.
  d: { save: 1.5, document: [120e3, 420e3], script: 3100e3, ping: 25, hold: 28 },
  // Kept now and then; what was done is told twice a minute.
  e: { save: 15, document: [200e3, 700e3], script: 2600e3, ping: 20, told: [30, 3000, 12000] },
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
  if (path === '/save') return send('json', { ok: true, padding: padding(random.between([200, 1500])) });
  return send('json', { ok: true });
}

function socket(visit, line) {
  whileOpen(line, () => visit.design.ping, () => line.send(padding(visit.random.between([60, 500]))));
}

export default { designs, serve, socket };
