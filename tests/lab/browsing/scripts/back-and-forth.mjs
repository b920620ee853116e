// Work with five short looks at two feeds, each in its own tab.
export default async (p) => {
  const office = await p.open('office.council.example');
  await p.office(office, 60);
  const wall = await p.open('www.photo-wall.example');
  await p.feed(wall, 110, 5);
  await p.look(office);
  await p.office(office, 200);
  const blog = await p.open('www.micro-blog.example');
  await p.feed(blog, 265, 5);
  await p.look(wall);
  await p.feed(wall, 320, 5);
  await p.look(office);
  await p.office(office, 420);
  await p.look(blog);
  await p.feed(blog, 480, 6);
  await p.look(office);
  await p.office(office, 540);
  await p.look(wall);
  await p.feed(wall, 585, 5);
  await p.look(office);
  await p.office(office, 600);
};
