// A forum of the old kind: every click is a page.
import { padding, sentence } from '../content.mjs';

const designs = {
  a: { posts: 20, words: [15, 80], page: [25e3, 60e3], faces: 8, face: [2e3, 5e3], pictures: 0 },
  b: { posts: 10, words: [40, 200], page: [60e3, 140e3], faces: 5, face: [3e3, 9e3], pictures: 2, beacon: 20 },
  c: { posts: 30, words: [10, 50], page: [12e3, 30e3], faces: 12, face: [1500, 4e3], pictures: 1 },
};

function serve(visit, send) {
  const { path, random, design, hosts } = visit;
  const picture = (bytes) => `https://${hosts.content[0]}/picture/${random.whole([1, 400])}?bytes=${random.whole(bytes)}`;
  if (path === '/seen') return send('json', '', { status: 204 });
  if (path !== '/' && path !== '/thread') return send('json', {}, { status: 404 });
  const threads = Array.from({ length: 25 }, () => ({ id: random.whole([1, 1e5]), title: sentence(random, 6) }));
  const posts = path === '/' ? [] : Array.from({ length: design.posts }, (_, i) => ({ who: sentence(random, 1), text: sentence(random, random.whole(design.words)), face: i < design.faces ? picture(design.face) : '', picture: i < design.pictures ? picture([30e3, 90e3]) : '' }));
  return visit.page({ threads, posts, padding: padding(random.between(design.page)) });
}

export default { designs, serve };
