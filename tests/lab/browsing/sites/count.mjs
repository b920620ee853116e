// A counting service, on no list, that other sites load: who reads what, each quarter of a minute while the page can be seen and something moved in the last two minutes.
import { filler, padding } from '../content.mjs';

const designs = { a: {}, b: {}, c: {}, d: {}, e: {} };

const script = (host) => `(() => {
  let moved = Date.now();
  for (const what of ['scroll', 'mousemove', 'keydown', 'click']) addEventListener(what, () => (moved = Date.now()), { passive: true });
  const ping = (kind) => fetch('https://${host}/ping?kind=' + kind + '&' + 'x'.repeat(260), { mode: 'no-cors', keepalive: true }).catch(() => 0);
  ping('page');
  setInterval(() => document.visibilityState === 'visible' && Date.now() - moved < 120e3 && ping('still'), 15e3);
})();
/*${padding(70e3)}*/`;

function serve(visit, send) {
  if (visit.path === '/count.js') return send('js', script(visit.hosts.content[1]));
  return send('bin', filler(43), { 'content-type': 'image/gif' });
}

export default { designs, serve };
