// Work with documents; a chat was open from the morning. Four times somebody looks at it and answers in a line or two.
export default async (p) => {
  const office = await p.open('office.council.example');
  const chat = await p.openBehind('web.chat-room.example');
  for (const [work, talk] of [[95, 122], [240, 259], [375, 412], [520, 541]]) {
    await p.office(office, work);
    await p.look(chat);
    await p.wait(3);
    await p.chat(chat, talk, { median: 6, words: [3, 9] });
    await p.look(office);
  }
  await p.office(office, 600);
};
