// The minute that ctest runs: a feed, then a newspaper with the feed's buttons and other sites' posts.
export default async (p) => {
  const tab = await p.open('www.photo-wall.example');
  await p.feed(tab, 38, 4);
  await p.go(tab, 'www.daily-news.example/story?id=1');
  await p.news(tab, 60, { articleSeconds: 12 });
};
