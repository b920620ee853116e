// Every site of the lab behind one HTTP server, which the TLS server in front of it speaks to. Which design a visitor gets follows from the visitor's address, so
// that people beside each other see different sites. What is served is made up from seeds: pictures, words, and padding of the size the design asks for.
import fs from 'node:fs';
import http from 'node:http';
import { filler, picture, randomOf } from './content.mjs';
import { acceptSocket } from './socket.mjs';

const plan = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
const kinds = {};
for (const kind of new Set(Object.values(plan.hosts).map((h) => h.kind))) kinds[kind] = (await import(`./sites/${kind}.mjs`)).default;
const log = fs.createWriteStream(plan.log, { flags: 'a' });
const randoms = {};

function visitOf(request) {
  const host = request.headers.host.split(':')[0];
  const address = request.headers['x-forwarded-for'] ?? '';
  const { design, seed } = plan.clients[address] ?? { design: 'a', seed: 1 };
  const url = new URL(request.url, `https://${host}`);
  const at = plan.hosts[host];
  const random = (randoms[`${address} ${at.site}`] ??= randomOf(`${seed} ${at.site}`));
  return { ...at, host, address, range: request.headers.range, random, url, path: url.pathname, hosts: plan.sites[at.site], design: kinds[at.kind].designs[design], letter: design, sites: plan.sites };
}

const types = { html: 'text/html; charset=utf-8', js: 'text/javascript', json: 'application/json', png: 'image/png', css: 'text/css', bin: 'application/octet-stream', wav: 'audio/wav' };

function sender(visit, response) {
  return (type, body, headers = {}) => {
    const data = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
    const fixed = type === 'js' || type === 'css' || type === 'png';
    response.writeHead(headers.status ?? 200, {
      'content-type': types[type], 'content-length': data.length, 'access-control-allow-origin': '*', 'cache-control': fixed ? 'public, max-age=3600' : (visit.design.cache ?? 'no-store'),
      // What a browser that has been here before sends along.
      ...(type === 'html' ? { 'set-cookie': `session=${filler(420).toString('base64url')}; Domain=${visit.host.split('.').slice(-2).join('.')}; Path=/; Secure; SameSite=None` } : {}),
      ...headers,
    });
    response.end(data);
  };
}

const page = (name, values) =>
  fs.readFileSync(new URL(`./sites/${name}.html`, import.meta.url), 'utf8').replace('/*VALUES*/', `const here = ${JSON.stringify(values)};`).replaceAll('{{design}}', values.letter).replaceAll('{{site}}', values.site);

async function serve(request, response) {
  const visit = visitOf(request);
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  visit.body = Buffer.concat(chunks);
  log.write(`${JSON.stringify({ at: Date.now() / 1000, client: visit.address, site: visit.site, host: visit.host, up: visit.body.length })}\n`);
  const send = sender(visit, response);
  // A server some way off that has work to do.
  await new Promise((done) => setTimeout(done, 15 + visit.random.upTo(90)));
  if (visit.path === '/favicon.ico') return send('png', picture(1, 900));
  if (visit.path.startsWith('/picture/')) return send('png', picture(visit.path, Number(visit.url.searchParams.get('bytes') ?? 20000)));
  if (visit.path.startsWith('/script/')) return send('js', Buffer.concat([Buffer.from('/*'), Buffer.from(filler(Number(visit.url.searchParams.get('bytes') ?? 50000) * 0.75).toString('base64')), Buffer.from('*/')]));
  visit.page = (values = {}, name = visit.kind) => send('html', page(name, { site: visit.site, letter: visit.letter, design: visit.design, hosts: visit.hosts, sites: visit.sites, ...values }));
  return kinds[visit.kind].serve(visit, send, response);
}

const server = http.createServer((request, response) => {
  serve(request, response).catch((error) => {
    console.error(request.headers.host, request.url, error);
    response.writeHead(500).end();
  });
});
server.on('upgrade', (request, stream) => {
  const visit = visitOf(request);
  log.write(`${JSON.stringify({ at: Date.now() / 1000, client: visit.address, site: visit.site, host: visit.host, up: 0 })}\n`);
  kinds[visit.kind].socket(visit, acceptSocket(request, stream));
});
server.keepAliveTimeout = 120000;
server.listen(8080, '127.0.0.1', () => console.log('serving'));
