// A newspaper; where a page has a player of the video site, it is started and watched there. The video site itself is never visited.
export default async (p) => {
  const tab = await p.open('www.daily-news.example');
  await p.pause(5);
  while (p.now < 570) {
    while (!(await p.click(tab, 'a.story')) && p.now < 570) await p.scroll(tab, 900);
    await p.pause(4);
    for (let i = 0; i < 40 && p.now < 570 && !(await p.visible(tab, 'a.story')); i++) {
      if (await p.visible(tab, 'iframe.video')) {
        await p.wait(5);
        await p.click(tab, 'iframe.video');
        await p.wait(70);
        break;
      }
      await p.scroll(tab, 85);
      await p.pause(1.3);
    }
  }
};
