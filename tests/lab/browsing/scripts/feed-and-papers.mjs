// A feed over coffee, then two newspapers; where an article has a player, it may be started and watched there for a while. The feed stays open behind.
export default async (p) => {
  const wall = await p.open('www.photo-wall.example');
  await p.feed(wall, 165, 7);
  const paper = await p.open('www.daily-news.example');
  await p.pause(5);
  for (const [until, host] of [[380, null], [600, 'www.town-herald.example']]) {
    if (host) await p.go(paper, host);
    while (p.now < until) {
      for (let i = 0; i < 12 && !(await p.click(paper, 'a.story')) && p.now < until; i++) await p.scroll(paper, 900);
      await p.pause(4);
      for (let i = 0; i < 25 && p.now < until && !(await p.visible(paper, 'a.story')); i++) {
        if ((await p.visible(paper, 'iframe.video')) && p.random.chance(0.6)) {
          await p.wait(3);
          await p.click(paper, 'iframe.video');
          await p.wait(Math.min(45, until - p.now));
          break;
        }
        await p.scroll(paper, 150);
        await p.wait(Math.min(p.random.pause(3.5), until - p.now));
      }
    }
  }
};
