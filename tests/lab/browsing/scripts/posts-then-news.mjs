// Short texts for three minutes, then newspapers whose pages show posts of the same site.
export default async (p) => {
  const tab = await p.open('www.micro-blog.example');
  await p.feed(tab, 190, 7);
  await p.go(tab, 'www.daily-news.example');
  await p.pause(5);
  await p.news(tab, 600, { articleSeconds: 45 });
};
