// Web mail, on no list: a list, letters, a look for new ones, drafts that are kept while one writes.
import { padding, sentence } from '../content.mjs';

const designs = { a: { poll: 30, letter: [5e3, 40e3], pictures: 1, script: 800e3 }, b: { poll: 60, letter: [15e3, 90e3], pictures: 4, script: 1200e3 }, c: { poll: 20, letter: [3e3, 20e3], pictures: 0, script: 500e3 },
  // A request that hangs until a letter comes, and what was done told twice a minute.
  d: { hold: 55, told: [30, 1500, 6000], letter: [10e3, 60e3], pictures: 2, script: 2100e3 },
  e: { poll: 120, told: [20, 900, 3500], letter: [20e3, 110e3], pictures: 3, script: 2800e3 },
};

function serve(visit, send, response) {
  const { path, random, design, hosts } = visit;
  if (path === '/') return visit.page({ letters: Array.from({ length: 30 }, () => sentence(random, 7)) });
  if (path === '/letter') return send('json', { text: sentence(random, 120), pictures: Array.from({ length: design.pictures }, () => `https://${hosts.content[0]}/picture/${random.whole([1, 1e6])}?bytes=${random.whole([5e3, 40e3])}`), padding: padding(random.between(design.letter)) });
  if (path === '/wait') {
    const timer = setTimeout(() => send('json', { padding: padding(random.between([150, 2500])) }), Math.min(design.hold, random.between([20, 150])) * 1000);
    return response.on('close', () => clearTimeout(timer));
  }
  if (path === '/new') return send('json', { padding: padding(random.between([200, 2500])) });
  return send('json', { ok: true });
}

export default { designs, serve };
