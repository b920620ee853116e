// Mostly reading in a chat, a message now and then; the feed between; both stay open behind the work at the end.
export default async (p) => {
  const chat = await p.open('web.chat-room.example');
  await p.wait(12);
  await p.chat(chat, 150, { median: 26, words: [2, 6] });
  const wall = await p.open('www.photo-wall.example');
  await p.feed(wall, 270, 8);
  await p.look(chat);
  await p.chat(chat, 400, { median: 18, words: [2, 8] });
  await p.office(await p.open('office.council.example'), 600);
};
