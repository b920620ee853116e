// A search page, on no list: results, and a beacon on the way out.
import { filler, padding, sentence } from '../content.mjs';

const designs = { a: { page: [40e3, 90e3] }, b: { page: [70e3, 160e3] }, c: { page: [20e3, 60e3] } };

function serve(visit, send) {
  const { path, random, design, sites } = visit;
  if (path === '/out') return send('bin', filler(0), { status: 204 });
  const places = ['photo-wall', 'micro-blog', 'video-hill', 'forum-talk', 'daily-news', 'town-herald'].map((s) => ({ site: s, url: `https://${(sites[s].core ?? sites[s].page)[0]}/`, title: sentence(random, 6) }));
  return visit.page({ places, padding: padding(random.between(design.page)) });
}

export default { designs, serve };
