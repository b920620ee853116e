// Web mail, on no list: a list, letters, a look for new ones, drafts that are kept while one writes.
import { padding, sentence } from '../content.mjs';
import { whileOpen } from '../socket.mjs';

const designs = { a: { poll: 30, letter: [5e3, 40e3], pictures: 1, script: 800e3 }, b: { poll: 60, letter: [15e3, 90e3], pictures: 4, script: 1200e3 }, c: { poll: 20, letter: [3e3, 20e3], pictures: 0, script: 500e3 },
  // A request that hangs until a letter comes, and what was done told twice a minute.
  d: { hold: 55, told: [30, 1500, 6000], letter: [10e3, 60e3], pictures: 2, script: 2100e3 },
  e: { poll: 120, told: [20, 900, 3500], letter: [20e3, 110e3], pictures: 3, script: 2800e3 },
  // The letters that can be seen in the list are fetched at once, so that reading asks for nothing but that it was read; what is new comes over a socket (Outlook).
  f: { line: [20, 150], beforehand: 12, told: [45, 2500, 9000], letter: [8e3, 50e3], pictures: 2, script: 3400e3 },
  // One answer that goes on and brings what is new; what was done goes in batches some seconds after it (Gmail).
  g: { stream: [20, 110], lasts: 210, batch: [4, 1800, 5200], letter: [12e3, 70e3], pictures: 2, script: 2500e3 },
};

function serve(visit, send, response) {
  const { path, random, design, hosts } = visit;
  if (path === '/') return visit.page({ letters: Array.from({ length: 30 }, () => sentence(random, 7)) });
  if (path === '/letter') return send('json', { text: sentence(random, 120), pictures: Array.from({ length: design.pictures }, () => `https://${hosts.content[0]}/picture/${random.whole([1, 1e6])}?bytes=${random.whole([5e3, 40e3])}`), padding: padding(random.between(design.letter)) });
  if (path === '/stream') {
    response.writeHead(200, { 'content-type': 'text/plain', 'cache-control': 'no-store' });
    response.write('[]\n');
    whileOpen({ closed: (handler) => response.on('close', handler) }, () => random.between(design.stream), () => response.write(`${padding(random.between([150, 1800]))}\n`));
    const end = setTimeout(() => response.end(), design.lasts * 1000);
    return response.on('close', () => clearTimeout(end));
  }
  if (path === '/wait') {
    const timer = setTimeout(() => send('json', { padding: padding(random.between([150, 2500])) }), Math.min(design.hold, random.between([20, 150])) * 1000);
    return response.on('close', () => clearTimeout(timer));
  }
  if (path === '/new') return send('json', { padding: padding(random.between([200, 2500])) });
  return send('json', { ok: true });
}

function socket(visit, line) {
  whileOpen(line, () => visit.random.between(visit.design.line), () => line.send(padding(visit.random.between([150, 1800]))));
  whileOpen(line, () => 15, () => line.send('{"type":6}'));
}

export default { designs, serve, socket };
