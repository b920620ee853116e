// A sandwich in one hand: a feed, slowly; then short texts; then up and away for coffee with these on the screen; work afterwards.
export default async (p) => {
  const wall = await p.open('www.photo-wall.example');
  await p.feed(wall, 215, 11);
  const blog = await p.open('www.micro-blog.example');
  await p.feed(blog, 390, 9);
  p.away();
  await p.until(510);
  p.back(blog);
  await p.close(blog);
  await p.office(await p.open('office.council.example'), 600);
};
