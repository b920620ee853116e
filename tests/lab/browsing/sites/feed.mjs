// A social site: a feed that goes on for ever, posts with comments, and what it puts on other people's pages.
import { filler, padding, sentence } from '../content.mjs';
import { whileOpen } from '../socket.mjs';

const designs = {
  // One column, everything through one POST address; polls on the minute even while hidden; a socket that is kept alive and pushed to.
  a: { more: 'scroll', method: 'POST', up: [1200, 4200], down: [18e3, 80e3], posts: 5, pictures: [2, 5], bytes: [20e3, 120e3], script: 420e3,
    poll: { every: 60, spread: 0, up: 2300, down: [700, 3800], hidden: true }, socket: { ping: 10, push: [15, 80] } },
  // A timeline of short texts; looks for new ones at irregular times while it can be seen; tells what was on the screen every 15 s; loads what the mouse rests on.
  b: { more: 'scroll', method: 'GET', up: [0, 0], down: [7e3, 28e3], posts: 8, pictures: [1, 3], bytes: [8e3, 60e3], script: 680e3,
    poll: { every: 35, spread: 15, up: 0, down: [400, 6000], hidden: false }, beacon: { every: 15, up: [900, 3600] }, hover: true },
  // A wall of pictures with a button; server-sent events; whole new posts come in by themselves while it can be seen.
  c: { more: 'button', method: 'GET', up: [0, 0], down: [25e3, 90e3], posts: 9, pictures: [5, 9], bytes: [25e3, 140e3], script: 260e3,
    events: [5, 30], fresh: { every: 70, spread: 25, down: [6e3, 20e3] } },
  // Pictures and clips; the next page is asked for long before its end is in sight. A clip runs by itself, silently, while half of it can be seen. Looks for news twice a minute while it
  // can be seen and whenever it is looked at again (what SWR and TanStack Query do unless told otherwise); what was on the screen is told in batches; a socket that is pushed to.
  d: { more: 'scroll', margin: 1800, method: 'POST', up: [1500, 5200], down: [30e3, 140e3], posts: 6, pictures: [3, 5], bytes: [30e3, 160e3], script: 1100e3,
    clips: { share: 0.35, piece: [180e3, 520e3], seconds: 4, pieces: [2, 5] }, poll: { every: 30, spread: 0, up: 900, down: [300, 1500], hidden: false, again: true }, batch: { after: 12, up: [700, 2600] },
    socket: { ping: 20, push: [20, 120], size: [40, 1800] } },
  // A timeline of twenty posts a page. New ones are pushed whole over a socket, whether or not anybody looks, and stand behind a button until they are asked for (Mastodon); the number of
  // notices once a minute or so, hidden or not; what was done is told in batches; a service worker that fetches its parts in the background.
  e: { more: 'scroll', margin: 900, method: 'GET', up: [0, 0], down: [25e3, 70e3], posts: 20, pictures: [4, 9], bytes: [15e3, 110e3], script: 1600e3,
    poll: { every: 60, spread: 6, up: 0, down: [200, 1200], hidden: true }, batch: { after: 5, up: [400, 1900] }, socket: { ping: 30, silent: true, push: [6, 45], posts: true, size: [1200, 5200] }, worker: [160e3, 220e3, 90e3] },
  // Thirty posts an answer. Whether there is a newer one is asked each minute while it can be seen, how many notices each half minute whether or not it can (Bluesky); a picture is opened
  // large; what was seen is told each ten seconds if there was anything; the moment it is looked at again after two minutes, the whole first page is fetched anew.
  f: { more: 'scroll', margin: 1400, method: 'GET', up: [0, 0], down: [40e3, 120e3], posts: 30, pictures: [6, 14], bytes: [18e3, 95e3], script: 2100e3, large: [90e3, 420e3],
    poll: { every: 60, spread: 0, up: 0, down: [2e3, 6e3], hidden: false }, notices: { every: 30, down: [90, 260] }, batch: { after: 10, up: [600, 3200] }, stale: 120, composer: true },
  // Three posts at a time, as pieces of page (Reddit); a post is a page of its own, whose comments come after it, and one goes back from it; server-sent events that beat each quarter of a
  // minute; who is there is said each minute while it can be seen and something moved; each thing that was on the screen is counted by a picture of its own.
  g: { more: 'scroll', margin: 2400, method: 'GET', up: [0, 0], down: [14e3, 50e3], posts: 3, pictures: [1, 3], bytes: [35e3, 190e3], script: 1300e3, pages: true, cache: 'private, no-cache', events: [15, 15],
    presence: { every: 60, up: [350, 800] }, pixel: true, composer: true, suggest: true },
};

const post = (visit) => ({ id: visit.random.whole([1, 1e6]), who: `${visit.random.oneOf(['amber', 'birch', 'cedar', 'dale', 'elm', 'fern'])}${visit.random.whole([1, 99])}`, text: sentence(visit.random, visit.random.whole([6, 30])) });

function some(visit, range, pictures) {
  const { design, random, scale } = visit;
  const size = (bytes) => Math.round(random.between(bytes) * scale);
  const posts = Array.from({ length: design.posts }, () => post(visit));
  for (let i = random.whole(pictures); i > 0; i--) posts[i % posts.length].picture = `https://${visit.hosts.content[0]}/picture/${random.whole([1, 1e6])}?bytes=${size(design.bytes)}`;
  if (design.clips) for (const one of posts) if (one.picture && random.chance(design.clips.share)) one.clip = Array.from({ length: random.whole(design.clips.pieces) }, () => `https://${visit.hosts.content[0]}/clip?bytes=${size(design.clips.piece)}`);
  return { posts, padding: padding(size(range)) };
}

function serve(visit, send, response) {
  const { design, path, random } = visit;
  if (path === '/') return visit.page({ first: some(visit, [1000, 4000], design.pictures) });
  if (path === '/post') return visit.page({ first: some(visit, [3e3, 12e3], [0, 2]), opened: true });
  if (path === '/notices') return send('json', { count: random.whole([0, 9]), padding: padding(random.between(design.notices.down)) });
  if (path === '/suggest') return send('json', { names: Array.from({ length: 6 }, () => post(visit).who), padding: padding(random.between([300, 1400])) });
  if (path === '/pixel') return send('bin', filler(43), { 'content-type': 'image/gif' });
  if (path === '/more') return send('json', some(visit, design.down, design.pictures));
  if (path === '/comments') return send('json', some(visit, [5e3, 30e3], [0, 2]));
  if (path === '/fresh') return send('json', some(visit, design.fresh.down, [1, 1]));
  if (path === '/poll') return send('json', { padding: padding(random.between(design.poll.down)) });
  if (path === '/like') return send('json', { done: true, padding: padding(random.between([400, 1800])) });
  if (path === '/clip') return send('bin', filler(Number(visit.url.searchParams.get('bytes'))));
  if (path === '/worker.js') return send('js', `addEventListener('install', (e) => e.waitUntil(caches.open('parts').then((c) => c.addAll(${JSON.stringify(design.worker.map((bytes, i) => `/script/part${i}?bytes=${bytes}`))}))));`);
  if (path === '/beacon') return send('json', '', { status: 204 });
  if (path === '/events') {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write('data: {}\n\n');
    return whileOpen({ closed: (handler) => response.on('close', handler) }, () => random.between(design.events), () => response.write(`data: ${padding(random.between([150, 900]))}\n\n`));
  }
  // On other people's pages: a picture that counts, a button, a few posts.
  if (path === '/tr') return send('bin', filler(43), { 'content-type': 'image/gif' });
  if (path === '/button') return visit.page({ script: 30e3 + random.upTo(80e3) }, 'button');
  if (path === '/timeline') return visit.page({ again: visit.letter === 'c' ? 40 : 0, told: visit.letter === 'f' }, 'timeline');
  if (path === '/timeline/posts') return send('json', some(visit, [9e3, 35e3], [1, 3]));
  return send('json', {}, { status: 404 });
}

/** The push host: keeps the line warm and sends what happened. */
function socket(visit, line) {
  const { socket: how } = visit.design;
  if (!how) return;
  whileOpen(line, () => how.ping, () => line.ping());
  whileOpen(line, () => visit.random.between(how.push), () => line.send(how.posts ? JSON.stringify({ posts: [post(visit)], padding: padding(visit.random.between(how.size)) }) : padding(visit.random.between(how.size ?? [40, 1800]))));
}

export default { designs, serve, socket };
