// A video with one's sandwich; the telephone rings after three minutes, it is stopped, and goes on a minute and a half later. Then the newspaper.
export default async (p) => {
  const site = await p.open('www.video-hill.example');
  await p.wait(6);
  await p.scroll(site, 400);
  await p.wait(4);
  await p.click(site, 'a.video');
  await p.until(185);
  await p.press(site, ' ');
  p.away();
  await p.until(278);
  p.back(site);
  await p.press(site, ' ');
  await p.until(455);
  await p.close(site);
  await p.news(await p.open('www.town-herald.example'), 600, { articleSeconds: 50 });
};
