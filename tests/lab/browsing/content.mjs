// What the sites serve: numbers, words, pictures and bytes from seeds, so that a run can be repeated.
import zlib from 'node:zlib';

/** A random source of its own for each name: `()` in [0, 1), with the shapes that the sites and the people need. */
export function randomOf(name) {
  let state = 2166136261;
  for (const c of String(name)) state = Math.imul(state ^ c.charCodeAt(0), 16777619) >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  next.upTo = (n) => next() * n;
  next.between = ([low, high]) => low + next() * (high - low);
  next.whole = (range) => Math.round(next.between(range));
  next.chance = (p) => next() < p;
  next.oneOf = (list) => list[Math.floor(next() * list.length)];
  // A person's pauses: many short, some long.
  next.pause = (median, spread = 0.8) => median * Math.exp(spread * Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()));
  return next;
}

const noise = Buffer.alloc(4 << 20);
{
  const random = randomOf('noise');
  for (let i = 0; i < noise.length; i += 4) noise.writeUInt32LE(Math.floor(random() * 4294967296), i);
}

/** That many bytes which do not compress. */
export const filler = (bytes) => noise.subarray(0, Math.min(noise.length, Math.max(0, Math.round(bytes))));
export const padding = (bytes) => filler(bytes * 0.75).toString('base64');

const words = 'the council road works library opening hours weather garden match result film recipe holiday queue bridge market river school train ticket harbour photo evening coffee letter morning team goal'.split(' ');
export const sentence = (random, count) => Array.from({ length: count }, () => random.oneOf(words)).join(' ');

const crcTable = Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n >>> 0;
});
function pngChunk(type, data) {
  const body = Buffer.concat([Buffer.from(type), data]);
  let crc = 0xffffffff;
  for (const byte of body) crc = crcTable[(crc ^ byte) & 255] ^ (crc >>> 8);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE((crc ^ 0xffffffff) >>> 0, body.length + 4);
  return out;
}

const pictures = new Map();
/** A PNG of about that many bytes: two hues and a disc. It is stored, not compressed, so that its size is its area. */
export function picture(seed, bytes) {
  const side = Math.max(8, Math.round(Math.sqrt(bytes / 3)));
  const random = randomOf(seed);
  const [from, to, disc] = [0, 0, 0].map(() => [random.upTo(255), random.upTo(255), random.upTo(255)]);
  const key = `${seed} ${side}`;
  if (pictures.has(key)) return pictures.get(key);
  const [cx, cy, r] = [random.upTo(side), random.upTo(side), side * random.between([0.1, 0.4])];
  const rows = Buffer.alloc(side * (side * 3 + 1));
  for (let y = 0, at = 0; y < side; y++) {
    at++;
    for (let x = 0; x < side; x++) {
      const inside = (x - cx) ** 2 + (y - cy) ** 2 < r * r;
      for (let c = 0; c < 3; c++) rows[at++] = inside ? disc[c] : from[c] + ((to[c] - from[c]) * y) / side;
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const png = Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), pngChunk('IHDR', header), pngChunk('IDAT', zlib.deflateSync(rows, { level: 0 })), pngChunk('IEND', Buffer.alloc(0))]);
  if (pictures.size < 400) pictures.set(key, png);
  return png;
}
