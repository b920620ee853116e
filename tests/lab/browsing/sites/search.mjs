// A search page, on no list: results, and a beacon on the way out.
import { filler, padding, sentence } from '../content.mjs';

const designs = { a: { page: [40e3, 90e3] }, b: { page: [70e3, 160e3] }, c: { page: [20e3, 60e3] },
  // Proposals as one types; the browser is told that it may fetch a result ahead on which the mouse rests (speculation rules).
  d: { page: [110e3, 220e3], propose: true, ahead: true },
  // Proposals; pictures beside the results; a result is reached by way of the search site.
  e: { page: [60e3, 140e3], propose: true, pictures: 8, by: true },
};

function serve(visit, send) {
  const { path, random, design, sites } = visit;
  if (path === '/out') return send('bin', filler(0), { status: 204 });
  if (path === '/propose') return send('json', { words: Array.from({ length: 8 }, () => sentence(random, 3)), padding: padding(random.between([300, 1500])) });
  if (path === '/by') return send('html', '', { status: 302, location: `https://${(sites[visit.url.searchParams.get('to')].core ?? sites[visit.url.searchParams.get('to')].page)[0]}/` });
  const places = ['photo-wall', 'micro-blog', 'video-hill', 'forum-talk', 'daily-news', 'town-herald'].map((s) => ({ site: s, url: `https://${(sites[s].core ?? sites[s].page)[0]}/`, title: sentence(random, 6) }));
  return visit.page({ places, padding: padding(random.between(design.page)) });
}

export default { designs, serve };
