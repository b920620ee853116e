// The server's half of a WebSocket (RFC 6455), as much of it as the sites use: text frames, pings, close.
import crypto from 'node:crypto';

function frame(opcode, data) {
  const head = data.length < 126 ? Buffer.from([0x80 | opcode, data.length]) : Buffer.from([0x80 | opcode, 126, data.length >> 8, data.length & 255]);
  return Buffer.concat([head, data]);
}

/** Gives {send(text), ping(), received(handler), closed(handler), open}. Messages stay under 64 KiB. */
export function acceptSocket(request, stream) {
  const accept = crypto.createHash('sha1').update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  stream.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
  const handlers = { message: () => {}, close: [] };
  const socket = {
    open: true,
    send: (text) => socket.open && stream.write(frame(1, Buffer.from(text))),
    ping: () => socket.open && stream.write(frame(9, Buffer.from('ping'))),
    received: (handler) => (handlers.message = handler),
    closed: (handler) => handlers.close.push(handler),
  };
  const end = () => {
    if (!socket.open) return;
    socket.open = false;
    handlers.close.forEach((handler) => handler());
    stream.destroy();
  };
  let rest = Buffer.alloc(0);
  stream.on('data', (data) => {
    rest = Buffer.concat([rest, data]);
    while (rest.length >= 6) {
      const short = rest[1] & 127;
      const at = short === 126 ? 4 : 2;
      if (short === 127) return end();
      if (rest.length < at + 4) return;
      const length = short === 126 ? rest.readUInt16BE(2) : short;
      if (rest.length < at + 4 + length) return;
      const text = Buffer.from(rest.subarray(at + 4, at + 4 + length));
      for (let i = 0; i < length; i++) text[i] ^= rest[at + (i & 3)];
      const opcode = rest[0] & 15;
      rest = rest.subarray(at + 4 + length);
      if (opcode === 8) return end();
      if (opcode === 1) handlers.message(text.toString());
    }
  });
  stream.on('close', end);
  stream.on('error', end);
  return socket;
}

/** Calls `act` again and again until the socket closes, `gap()` seconds apart. */
export function whileOpen(socket, gap, act) {
  let timer;
  const again = () => {
    timer = setTimeout(() => {
      act();
      again();
    }, gap() * 1000);
  };
  again();
  socket.closed(() => clearTimeout(timer));
}
