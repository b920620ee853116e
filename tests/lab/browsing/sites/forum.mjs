// A forum of the old kind: every click is a page.
import { padding, sentence } from '../content.mjs';

const designs = {
  a: { posts: 20, words: [15, 80], page: [25e3, 60e3], faces: 8, face: [2e3, 5e3], pictures: 0 },
  b: { posts: 10, words: [40, 200], page: [60e3, 140e3], faces: 5, face: [3e3, 9e3], pictures: 2, beacon: 20 },
  c: { posts: 30, words: [10, 50], page: [12e3, 30e3], faces: 12, face: [1500, 4e3], pictures: 1 },
  // One page for everything (Discourse): a thread comes in place, its posts twenty at a time as one scrolls; a long poll while it can be seen, a short one each minute while not; how long
  // each post was read is told once a minute, unless nothing was scrolled for three.
  d: { posts: 20, words: [20, 120], page: [15e3, 45e3], faces: 10, face: [2e3, 6e3], pictures: 1, script: 1700e3, inPlace: { more: 3, hold: 25, hidden: 60, told: 60 } },
  // The old kind with guests in the page: a counting service that others share, and a thread is fetched ahead when the mouse rests on its name (instant.page).
  e: { posts: 15, words: [15, 110], page: [30e3, 80e3], faces: 10, face: [2e3, 7e3], pictures: 2, ahead: true, counted: true, cache: 'private, no-cache' },
};

function serve(visit, send, response) {
  const { path, random, design, hosts } = visit;
  const picture = (bytes) => `https://${hosts.content[0]}/picture/${random.whole([1, 400])}?bytes=${random.whole(bytes)}`;
  if (path === '/seen') return send('json', '', { status: 204 });
  if (path === '/wait') {
    const timer = setTimeout(() => send('json', []), visit.url.searchParams.has('short') ? 0 : design.inPlace.hold * 1000);
    return response.on('close', () => clearTimeout(timer));
  }
  if (!['/', '/thread', '/posts'].includes(path)) return send('json', {}, { status: 404 });
  const threads = Array.from({ length: 25 }, () => ({ id: random.whole([1, 1e5]), title: sentence(random, 6) }));
  const posts = path === '/' ? [] : Array.from({ length: design.posts }, (_, i) => ({ who: sentence(random, 1), text: sentence(random, random.whole(design.words)), face: i < design.faces ? picture(design.face) : '', picture: i < design.pictures ? picture([30e3, 90e3]) : '' }));
  if (path === '/posts') return send('json', { threads, posts, padding: padding(random.between(design.page)) });
  return visit.page({ threads, posts, padding: padding(random.between(design.page)) });
}

export default { designs, serve };
