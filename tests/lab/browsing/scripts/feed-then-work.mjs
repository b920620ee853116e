// Five and a half minutes with a feed, then work; the feed is closed.
export default async (p) => {
  const wall = await p.open('www.photo-wall.example');
  await p.feed(wall, 330);
  await p.close(wall);
  await p.office(await p.open('office.council.example'), 600);
};
