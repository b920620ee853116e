// A radio: lists, and tracks that play one after the other.
import { filler, padding, sentence } from '../content.mjs';
import { whileOpen } from '../socket.mjs';

const designs = {
  // The browser's own audio element reads a whole track and holds back by itself.
  a: { how: 'element', rate: 22050, length: 150, script: 380e3 },
  // Ten seconds at a time.
  b: { how: 'pieces', piece: 10, bytes: [140e3, 180e3], length: 190, script: 520e3 },
  // Long pieces; a picture and a text with every track.
  c: { how: 'pieces', piece: 30, bytes: [450e3, 520e3], length: 120, script: 300e3 },
  // Tracks in pieces of ten seconds at 128 kbit/s, half a minute ahead, and the beginning of the next track before this one ends; what plays is told each half minute and at every
  // change; a socket for other devices, kept alive.
  d: { how: 'ahead', piece: 10, ahead: 30, bytes: [156e3, 168e3], length: 205, early: 20, script: 2200e3, tell: 30, line: 30, skip: 'Next' },
  // A station: HLS in pieces of 6.4 s at 128 kbit/s, the list anew for each, never more than three pieces in hand; what is on is asked for three times a minute.
  e: { how: 'ahead', live: true, piece: 6.4, ahead: 19.2, bytes: [103e3, 107e3], list: [900, 1600], length: 1e9, script: 950e3, now: 20, skip: 'Another station' },
  // A station as one answer without an end (Icecast), at the pace at which it is heard, a quarter of a minute at once to begin with; what is on is asked for each quarter of a minute. Stopped is hung up.
  f: { how: 'endless', rate: 8000, burst: 17, script: 700e3, now: 15, skip: 'Another station' },
  // Tracks in pieces that begin with two seconds and grow to ten, a minute ahead; with each its comments; what was done in batches (SoundCloud).
  g: { how: 'ahead', piece: 10, grow: [2, 2, 3, 4, 6, 8], ahead: 60, bytes: [158e3, 163e3], length: 245, script: 1700e3, tell: 60, comments: [20e3, 60e3], batch: [12, 700, 5200], skip: 'Next' },
};

/** A quiet tone as a WAV file (RIFF, 16 bit, one channel). */
function track({ rate, length }, tone) {
  const samples = rate * length, wav = Buffer.alloc(44 + samples * 2);
  wav.write('RIFF', 0); wav.writeUInt32LE(36 + samples * 2, 4); wav.write('WAVEfmt ', 8); wav.writeUInt32LE(16, 16); wav.writeUInt16LE(1, 20); wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(rate, 24); wav.writeUInt32LE(rate * 2, 28); wav.writeUInt16LE(2, 32); wav.writeUInt16LE(16, 34); wav.write('data', 36); wav.writeUInt32LE(samples * 2, 40);
  for (let i = 0; i < samples; i++) wav.writeInt16LE(Math.round(900 * Math.sin((i * tone * 6.283) / rate)), 44 + i * 2);
  return wav;
}
const made = new Map();

/** One that does not end: as fast as it is heard, after a beginning that comes at once. */
function onTheAir({ rate, burst }, response) {
  const wav = track({ rate, length: 60 }, 330), second = rate * 2;
  wav.writeUInt32LE(0x7fffffff, 4);
  wav.writeUInt32LE(0x7fffff00, 40);
  response.writeHead(200, { 'content-type': 'audio/wav', 'cache-control': 'no-store', 'access-control-allow-origin': '*' });
  response.write(wav.subarray(0, 44 + burst * second));
  const timer = setInterval(() => response.write(wav.subarray(44, 44 + second / 4)), 250);
  response.on('close', () => clearInterval(timer));
}

function serve(visit, send, response) {
  const { path, random, design } = visit;
  if (path === '/') return visit.page({ names: Array.from({ length: 12 }, () => sentence(random, 3)) });
  if (path === '/list') return send('json', { names: Array.from({ length: 12 }, () => sentence(random, 3)), picture: `https://${visit.hosts.content[0]}/picture/${random.whole([1, 1e6])}?bytes=${random.whole([15e3, 60e3])}`, padding: padding(random.between([4e3, 25e3])) });
  if (path === '/piece') return send('bin', filler(Number(visit.url.searchParams.get('bytes'))));
  if (path === '/track.wav') {
    const tone = 200 + 20 * (Number(visit.url.searchParams.get('n')) % 9);
    if (!made.has(tone)) made.set(tone, track(design, tone));
    const wav = made.get(tone), range = /bytes=(\d+)-(\d*)/.exec(visit.range ?? '');
    if (!range) return send('wav', wav, { 'accept-ranges': 'bytes' });
    const [from, to] = [Number(range[1]), range[2] ? Number(range[2]) : wav.length - 1];
    return send('wav', wav.subarray(from, to + 1), { status: 206, 'accept-ranges': 'bytes', 'content-range': `bytes ${from}-${to}/${wav.length}` });
  }
  if (path === '/air') return onTheAir(design, response);
  if (path === '/comments') return send('json', { padding: padding(random.between(design.comments)) });
  if (path === '/list.m3u8') return send('bin', padding(random.between(design.list)));
  if (path === '/now') return send('json', { title: sentence(random, 4), padding: padding(random.between([300, 1800])) });
  if (path === '/heard') return send('json', '', { status: 204 });
  return send('json', {}, { status: 404 });
}

/** For other devices of the same listener; nothing happens there. */
function socket(visit, line) {
  whileOpen(line, () => 45, () => line.ping());
  line.received(() => line.send('{"type":"pong"}'));
}

export default { designs, serve, socket };
