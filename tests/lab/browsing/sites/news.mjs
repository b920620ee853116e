// A newspaper, on no list: its pages carry buttons, posts and players of the listed sites.
import { filler, padding, sentence } from '../content.mjs';

const designs = {
  // Everything at once, as the page loads.
  a: { when: 'load', pictures: [8, 14], bytes: [20e3, 70e3], script: 350e3, ads: 4 },
  // When the reader has scrolled to it.
  b: { when: 'seen', pictures: [5, 9], bytes: [30e3, 110e3], script: 500e3, ads: 2 },
  // Some seconds after the page, when the browser has nothing to do; advertisements change every half minute.
  c: { when: 'later', pictures: [10, 18], bytes: [15e3, 50e3], script: 600e3, ads: 6, turn: 30 },
  // Posts when the reader comes near them; of a player only its picture, until somebody clicks it; a film of the newspaper's own that runs silently while it can be seen; a look for later
  // news twice a minute; a counting service.
  d: { when: 'near', margin: 700, pictures: [9, 16], bytes: [25e3, 90e3], script: 900e3, ads: 4, turn: 30, facade: true, film: [350e3, 700e3], later: 30, counted: true },
  // The browser's own loading="lazy" for everything of others; a story is fetched ahead when the mouse rests on its name; a counting service.
  e: { when: 'lazy', pictures: [12, 20], bytes: [20e3, 80e3], script: 750e3, ads: 5, ahead: true, counted: true, cache: 'private, no-cache' },
  // Of others' things nothing until the page has been at rest (hydration); some stories are written on while one reads: a look each 20 s, and an entry now and then, a post of others in some
  // (live pages); advertisements bid for a place before they come, and change when they are looked at for half a minute.
  f: { when: 'rest', pictures: [7, 13], bytes: [30e3, 120e3], script: 1300e3, ads: 4, turn: 30, bids: 6, live: { share: 0.35, every: 20, entry: 0.3, post: 0.25 }, counted: true },
  // What others show is put in by their own scripts (blockquotes that become frames); at the end of a story the next one comes, with all that it carries; other papers' stories in boxes
  // below; the newspaper's own counting as one reads on.
  g: { when: 'script', pictures: [6, 12], bytes: [20e3, 85e3], script: 1000e3, ads: 3, boxes: 6, endless: 2, depth: true, counted: true },
};

const pictureOf = ({ random, hosts }, bytes) => `https://${hosts.content[0]}/picture/${random.whole([1, 1e6])}?bytes=${random.whole(bytes)}`;
const story = (visit) => ({
  title: sentence(visit.random, 7), pictures: Array.from({ length: visit.random.whole(visit.design.pictures) }, () => pictureOf(visit, visit.design.bytes)),
  texts: Array.from({ length: 16 }, () => sentence(visit.random, visit.random.whole([30, 70]))),
});

function serve(visit, send) {
  const { path, random, design, hosts, sites } = visit;
  const picture = (bytes) => pictureOf(visit, bytes);
  if (path === '/ad') return send('html', `<body style="margin:0;background:#def">advertisement<img src="/picture/${random.whole([1, 1e6])}?bytes=${random.whole([15e3, 60e3])}"><script>/*${padding(random.between([5e3, 30e3]))}*/</script>`);
  if (path === '/count') return send('bin', filler(43), { 'content-type': 'image/gif' });
  if (path === '/film') return send('bin', filler(random.between(design.film)));
  if (path === '/bid') return send('json', { padding: padding(random.between([300, 2400])) });
  if (path === '/entry') return send('json', { text: random.chance(design.live.entry) ? sentence(random, 40) : '', post: random.chance(design.live.post), padding: padding(random.between([200, 1500])) });
  if (path === '/another') return send('json', story(visit));
  if (path === '/later') return send('json', { padding: padding(random.between([400, 5000])) });
  const article = path !== '/';
  return visit.page({
    ...story(visit), ads: hosts.content[1], film: !!design.film && random.chance(0.4), live: article && !!design.live && random.chance(design.live.share), video: article && random.chance(0.5), timeline: article && random.chance(0.6),
    boxes: Array.from({ length: design.boxes ?? 0 }, () => picture([9e3, 30e3])), links: Array.from({ length: 14 }, () => ({ id: random.whole([1, 1e5]), title: sentence(random, 8) })),
    social: { wall: sites['photo-wall'].core[0], wallEmbed: sites['photo-wall'].embed[0], blog: sites['micro-blog'].core[0], blogEmbed: sites['micro-blog'].embed[0], video: sites['video-hill'].core[0], still: sites['video-hill'].content[0] },
    padding: padding(random.between([20e3, 90e3])), article,
  });
}

export default { designs, serve };
