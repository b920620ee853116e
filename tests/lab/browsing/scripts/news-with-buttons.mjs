// Ten minutes of newspapers whose pages carry buttons, posts and players. Nobody goes to any of the sites they come from.
export default async (p) => {
  const paper = await p.open('www.daily-news.example');
  await p.pause(6);
  await p.news(paper, 320, { articleSeconds: 50 });
  await p.go(paper, 'www.town-herald.example');
  await p.pause(6);
  await p.news(paper, 600, { articleSeconds: 70 });
};
