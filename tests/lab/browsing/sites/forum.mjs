// A forum of the old kind: every click is a page.
import { padding, sentence } from '../content.mjs';
import { whileOpen } from '../socket.mjs';

const designs = {
  a: { posts: 20, words: [15, 80], page: [25e3, 60e3], faces: 8, face: [2e3, 5e3], pictures: 0 },
  b: { posts: 10, words: [40, 200], page: [60e3, 140e3], faces: 5, face: [3e3, 9e3], pictures: 2, beacon: 20 },
  c: { posts: 30, words: [10, 50], page: [12e3, 30e3], faces: 12, face: [1500, 4e3], pictures: 1 },
  // One page for everything (Discourse): a thread comes in place, its posts twenty at a time as one scrolls; a long poll while it can be seen, a short one each minute while not; how long
  // each post was read is told once a minute, unless nothing was scrolled for three.
  d: { posts: 20, words: [20, 120], page: [15e3, 45e3], faces: 10, face: [2e3, 6e3], pictures: 1, script: 1700e3, inPlace: { more: 3, hold: 25, hidden: 60, told: 60 } },
  // The old kind with guests in the page: a counting service that others share, and a thread is fetched ahead when the mouse rests on its name (instant.page).
  e: { posts: 15, words: [15, 110], page: [30e3, 80e3], faces: 10, face: [2e3, 7e3], pictures: 2, ahead: true, counted: true, cache: 'private, no-cache' },
  // Pages, and a socket on each of them for what changed (Stack Exchange): the other side says little and is answered; the threads beside it come after the page.
  f: { posts: 8, words: [40, 260], page: [70e3, 160e3], faces: 8, face: [1200, 4e3], pictures: 1, script: 620e3, beside: [8e3, 30e3], line: [20, 80], cache: 'private, no-cache' },
  // One page; what a thread begins with is fetched, the rest of its posts comes over the socket that is kept alive each 25 s, and over it is said what was read (NodeBB).
  g: { posts: 20, words: [15, 90], page: [12e3, 35e3], faces: 14, face: [2e3, 5e3], pictures: 1, script: 1400e3, inPlace: { more: 3, socket: 25 } },
};

const threadsOf = (random) => Array.from({ length: 25 }, () => ({ id: random.whole([1, 1e5]), title: sentence(random, 6) }));
function postsOf({ random, design, hosts }) {
  const picture = (bytes) => `https://${hosts.content[0]}/picture/${random.whole([1, 400])}?bytes=${random.whole(bytes)}`;
  return Array.from({ length: design.posts }, (_, i) => ({ who: sentence(random, 1), text: sentence(random, random.whole(design.words)), face: i < design.faces ? picture(design.face) : '', picture: i < design.pictures ? picture([30e3, 90e3]) : '' }));
}

function serve(visit, send, response) {
  const { path, random, design } = visit;
  if (path === '/beside') return send('json', { threads: threadsOf(random), padding: padding(random.between(design.beside)) });
  if (path === '/seen') return send('json', '', { status: 204 });
  if (path === '/wait') {
    const timer = setTimeout(() => send('json', []), visit.url.searchParams.has('short') ? 0 : design.inPlace.hold * 1000);
    return response.on('close', () => clearTimeout(timer));
  }
  if (!['/', '/thread', '/posts'].includes(path)) return send('json', {}, { status: 404 });
  const threads = threadsOf(random);
  const posts = path === '/' ? [] : postsOf(visit);
  if (path === '/posts') return send('json', { threads, posts, padding: padding(random.between(design.page)) });
  return visit.page({ threads, posts, padding: padding(random.between(design.page)) });
}

/** What changed, said now and then; or a forum's every word after a thread's first. */
function socket(visit, line) {
  const { design, random } = visit;
  if (design.line) {
    whileOpen(line, () => random.between(design.line), () => line.send(padding(random.between([60, 300]))));
    return;
  }
  line.received((text) => text.includes('loadMore') && line.send(JSON.stringify({ posts: postsOf(visit), padding: padding(random.between(design.page)) })));
}

export default { designs, serve, socket };
