// A feed, and away from the screen with the feed on it; back after six minutes.
export default async (p) => {
  const blog = await p.open('www.micro-blog.example');
  await p.feed(blog, 120);
  p.away();
  await p.until(470);
  p.back(blog);
  await p.feed(blog, 560);
  await p.close(blog);
  await p.office(await p.open('office.council.example'), 600);
};
