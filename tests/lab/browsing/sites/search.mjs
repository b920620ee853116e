// A search page, on no list: results, and a beacon on the way out.
import { filler, padding, sentence } from '../content.mjs';

const designs = { a: { page: [40e3, 90e3] }, b: { page: [70e3, 160e3] }, c: { page: [20e3, 60e3] },
  // Proposals as one types; the browser is told that it may fetch a result ahead on which the mouse rests (speculation rules).
  d: { page: [110e3, 220e3], propose: true, ahead: true },
  // Proposals; pictures beside the results; a result is reached by way of the search site.
  e: { page: [60e3, 140e3], propose: true, pictures: 8, by: true },
  // An answer in words above the results, which comes bit by bit (a model's), and more results as one comes to their end.
  f: { page: [90e3, 190e3], propose: true, words: [4, 9], more: [40e3, 90e3] },
  // The results come after the page; beside each its site's little picture, by way of the search site; telemetry for each that was seen.
  g: { page: [25e3, 50e3], propose: true, later: [20e3, 70e3], faces: true, told: true },
};

function serve(visit, send, response) {
  const { path, random, design, sites } = visit;
  if (path === '/out') return send('bin', filler(0), { status: 204 });
  if (path === '/propose') return send('json', { words: Array.from({ length: 8 }, () => sentence(random, 3)), padding: padding(random.between([300, 1500])) });
  if (path === '/words') {
    response.writeHead(200, { 'content-type': 'text/plain', 'cache-control': 'no-store' });
    const end = Date.now() + random.between(design.words) * 1000;
    const timer = setInterval(() => { response.write(`${sentence(random, 3)} ${padding(120)}\n`); if (Date.now() > end) response.end(); }, 200);
    return response.on('close', () => clearInterval(timer));
  }
  if (path === '/more') return send('json', { padding: padding(random.between(design.more)) });
  if (path === '/by') return send('html', '', { status: 302, location: `https://${(sites[visit.url.searchParams.get('to')].core ?? sites[visit.url.searchParams.get('to')].page)[0]}/` });
  const places = ['photo-wall', 'micro-blog', 'video-hill', 'forum-talk', 'daily-news', 'town-herald'].map((s) => ({ site: s, url: `https://${(sites[s].core ?? sites[s].page)[0]}/`, title: sentence(random, 6) }));
  if (path === '/places') return send('json', { places, padding: padding(random.between(design.later)) });
  return visit.page({ places: design.later ? [] : places, padding: padding(random.between(design.page)) });
}

export default { designs, serve };
