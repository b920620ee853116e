// From a front page to a video, five minutes of watching with a look at the comments, then mail.
export default async (p) => {
  const site = await p.open('www.video-hill.example');
  await p.wait(8);
  await p.click(site, 'a.video');
  await p.wait(150);
  await p.scroll(site, 500);
  await p.until(310);
  await p.close(site);
  await p.mail(await p.open('mail.council.example'), 600);
};
