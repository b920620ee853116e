// A video site: a front page, a watch page with a player that fetches chunks ahead of what it shows, comments, and a player for other people's pages.
import { filler, padding, sentence } from '../content.mjs';
import { whileOpen } from '../socket.mjs';

const designs = {
  // A chunk at a time, half a minute ahead; tells how it goes twice a minute.
  a: { chunk: { seconds: 8, bytes: [0.5e6, 1.0e6] }, ahead: 30, atOnce: 1, length: 1200, stats: 30, script: 900e3, next: false },
  // Bursts of chunks with long silence between; the next video starts by itself.
  b: { chunk: { seconds: 10, bytes: [0.5e6, 0.9e6] }, ahead: 50, atOnce: 4, length: 170, stats: 45, script: 500e3, next: true },
  // Small chunks, picture and sound apart; statistics at odd times.
  c: { chunk: { seconds: 5, bytes: [0.25e6, 0.5e6] }, ahead: 20, atOnce: 1, sound: 80e3, length: 400, stats: 17, script: 650e3, next: true },
  // Two pieces of five seconds in a go, sound apart, a minute ahead; another video comes without leaving the page; the one that the mouse rests on runs by itself; how long one
  // watched is told after 10, 20 and 30 s and then each 40 s.
  d: { chunk: { seconds: 5, bytes: [0.3e6, 0.9e6] }, ahead: 60, atOnce: 2, sound: 82e3, length: 260, stats: 40, early: [10, 20, 30], script: 1400e3, next: true, inPlace: true, hover: [200e3, 520e3] },
  // HLS as hls.js does it unless told otherwise: a list, then pieces of six seconds whenever less than half a minute is in hand, small ones first; a player's report each 10 s.
  e: { chunk: { seconds: 6, bytes: [0.6e6, 1.1e6], first: [0.2e6, 0.35e6] }, ahead: 36, atOnce: 1, list: 14e3, length: 540, stats: 10, script: 780e3, next: false, counted: true },
  // The player says in each request of some kilobytes what it has and gets picture and sound in one answer (SABR): three quickly, then one whenever there is less than a minute and a half in
  // hand, of six to twelve seconds; what it saw is told in batches of up to 20 kB; the next one starts in its place.
  f: { chunk: { seconds: 9, bytes: [0.7e6, 1.9e6], first: [0.25e6, 0.5e6] }, ahead: 90, atOnce: 1, asks: [2400, 6200], length: 310, stats: 40, early: [10, 20, 30], told: [25, 4e3, 20e3], script: 2400e3, next: true, inPlace: true },
  // On the air (a stream with a chat beside it): the list anew and a piece every two seconds, three in hand; what others write comes by a socket; a report each minute; after a stop it goes on
  // at what is on the air by then.
  g: { chunk: { seconds: 2, bytes: [0.2e6, 0.42e6] }, ahead: 6, atOnce: 1, live: [1500, 2600], length: 1e9, stats: 60, talk: [1, 7], script: 1900e3, next: false },
};

const videos = (visit, count) => Array.from({ length: count }, () => {
  const id = visit.random.whole([1, 1e6]);
  return { id, title: sentence(visit.random, 6), picture: `https://${visit.hosts.content[0]}/picture/${id}?bytes=${visit.random.whole([9e3, 30e3])}` };
});

function serve(visit, send) {
  const { path, random, design } = visit;
  if (path === '/') return visit.page({ what: 'front', videos: videos(visit, 18) });
  if (path === '/watch') return visit.page({ what: 'watch', title: sentence(random, 7), videos: videos(visit, 10) });
  if (path.startsWith('/embed')) return visit.page({ what: 'embed', title: sentence(random, 5), videos: [] });
  if (path === '/list.m3u8') return send('bin', padding(design.live ? random.between(design.live) : design.list));
  if (path === '/chunk') return send('bin', filler(Number(visit.url.searchParams.get('bytes'))));
  if (path === '/comments') return send('json', { comments: Array.from({ length: 12 }, () => sentence(random, random.whole([5, 25]))), padding: padding(random.between([8e3, 40e3])) });
  if (path === '/next') return send('json', { title: sentence(random, 7), videos: videos(visit, 8), padding: padding(random.between([40e3, 110e3])) });
  if (path === '/told') return send('json', '', { status: 204 });
  if (path === '/stats') return send('json', { padding: padding(random.between([80, 400])) });
  return send('json', {}, { status: 404 });
}

/** What others write beside a stream. */
function socket(visit, line) {
  const { random, design } = visit;
  whileOpen(line, () => random.between(design.talk), () => line.send(padding(random.between([120, 600]))));
  whileOpen(line, () => 240, () => line.ping());
}

export default { designs, serve, socket };
