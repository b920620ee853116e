// A search, a forum that it led to, four and a half minutes of threads, then a newspaper.
export default async (p) => {
  const tab = await p.open('www.find-it.example');
  await p.wait(4);
  await p.go(tab, 'www.find-it.example/results?q=bridge');
  await p.wait(7);
  await p.click(tab, '#to-forum-talk');
  await p.pause(6);
  await p.forum(tab, 290);
  await p.go(tab, 'www.town-herald.example');
  await p.news(tab, 600, { articleSeconds: 55 });
};
