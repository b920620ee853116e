// Reads a feed, writes a few sentences into it oneself, and comes back three times from the work to see what became of it.
export default async (p) => {
  const office = await p.open('office.council.example');
  await p.office(office, 45);
  const wall = await p.open('www.photo-wall.example');
  await p.feed(wall, 110, 7);
  for (const words of [14, 18]) {
    await p.type(wall, '#write', words);
    await p.pause(6);
  }
  await p.click(wall, '#send');
  await p.pause(5);
  for (const [work, looks] of [[270, 292], [390, 405], [530, 560]]) {
    await p.look(office);
    await p.office(office, work);
    await p.look(wall);
    await p.feed(wall, looks, 5);
  }
  await p.look(office);
  await p.office(office, 600);
};
