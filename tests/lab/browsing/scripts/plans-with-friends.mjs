// Plans for the evening in a chat: it goes to and fro, something is looked up twice, then it is left open behind the work and looked at once more.
export default async (p) => {
  const chat = await p.open('web.chat-room.example');
  await p.wait(6);
  await p.chat(chat, 95, { median: 7, words: [2, 9] });
  const search = await p.search(3);
  await p.wait(8);
  await p.click(search, '#to-town-herald');
  await p.pause(5);
  await p.news(search, 165, { articleSeconds: 40 });
  await p.look(chat);
  await p.chat(chat, 240, { median: 9, words: [3, 10] });
  await p.wait(22);
  await p.chat(chat, 300, { median: 12, words: [2, 6] });
  const office = await p.open('office.council.example');
  await p.office(office, 500);
  await p.look(chat);
  await p.wait(4);
  await p.chat(chat, 535, { median: 8, words: [3, 7] });
  await p.look(office);
  await p.office(office, 600);
};
