// A word processor and folders, on no list: documents of some size, autosave while one writes, a socket for who else is there.
import { filler, padding, sentence } from '../content.mjs';
import { whileOpen } from '../socket.mjs';

const designs = { a: { save: 4, document: [150e3, 500e3], script: 1500e3, ping: 15 }, b: { save: 10, document: [60e3, 200e3], script: 2200e3, ping: 30 }, c: { save: 2, document: [300e3, 900e3], script: 900e3, ping: 10 } };

function serve(visit, send) {
  const { path, random, design } = visit;
  if (path === '/') return visit.page({ names: Array.from({ length: 16 }, () => sentence(random, 3)) });
  if (path === '/document') return send('json', { text: sentence(random, 400), padding: padding(random.between([10e3, 40e3])) });
  if (path === '/parts') return send('bin', filler(random.between(design.document)));
  if (path === '/save') return send('json', { ok: true, padding: padding(random.between([200, 1500])) });
  return send('json', { ok: true });
}

function socket(visit, line) {
  whileOpen(line, () => visit.design.ping, () => line.send(padding(visit.random.between([60, 500]))));
}

export default { designs, serve, socket };
