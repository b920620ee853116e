// A counting service, on no list, that other sites load: who reads what, each quarter of a minute while the page can be seen and something moved in the last two minutes; or each time later
// than the last (15, 20, 25 s ...); or as one leaves the page or looks away.
import { filler, padding } from '../content.mjs';

const designs = { a: {}, b: {}, c: {}, d: {}, e: {}, f: { slower: 5 }, g: { leaving: true } };

const still = `document.visibilityState === 'visible' && Date.now() - moved < 120e3 && ping('still')`;
const when = ({ slower, leaving }) => (leaving ? `document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && ping('leave'))` : slower ? `let gap = 15; const again = () => setTimeout(() => { ${still}; gap += ${slower}; again(); }, gap * 1000); again()` : `setInterval(() => ${still}, 15e3)`);

const script = (host, design) => `(() => {
  let moved = Date.now();
  for (const what of ['scroll', 'mousemove', 'keydown', 'click']) addEventListener(what, () => (moved = Date.now()), { passive: true });
  const ping = (kind) => fetch('https://${host}/ping?kind=' + kind + '&' + 'x'.repeat(260), { mode: 'no-cors', keepalive: true }).catch(() => 0);
  ping('page');
  ${when(design)};
})();
/*${padding(70e3)}*/`;

function serve(visit, send) {
  if (visit.path === '/count.js') return send('js', script(visit.hosts.content[1], visit.design));
  return send('bin', filler(43), { 'content-type': 'image/gif' });
}

export default { designs, serve };
