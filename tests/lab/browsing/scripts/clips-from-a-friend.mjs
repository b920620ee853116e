// A chat in which somebody sends two videos. Each is watched for a while in a tab of its own, with a word about it afterwards; then work.
export default async (p) => {
  const chat = await p.open('web.chat-room.example');
  await p.wait(8);
  await p.chat(chat, 70, { median: 9, words: [3, 8] });
  for (const [watched, talked] of [[155, 200], [320, 370]]) {
    const tab = await p.open('www.video-hill.example/watch');
    await p.until(watched);
    await p.close(tab);
    await p.look(chat);
    await p.chat(chat, talked, { median: 8, words: [2, 7] });
  }
  const office = await p.open('office.council.example');
  await p.office(office, 600);
};
