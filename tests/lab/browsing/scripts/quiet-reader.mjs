// Two long stories in two newspapers over a late breakfast. A feed, a chat and a radio that is silent were open from the day before; nobody looks at them.
export default async (p) => {
  const paper = await p.open('www.town-herald.example');
  await p.openBehind('www.photo-wall.example');
  await p.openBehind('web.chat-room.example');
  await p.openBehind('www.music-box.example');
  await p.pause(6);
  await p.news(paper, 310, { articleSeconds: 230 });
  await p.go(paper, 'www.daily-news.example');
  await p.pause(8);
  await p.news(paper, 600, { articleSeconds: 200 });
};
