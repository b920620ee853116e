// Two minutes with a feed, then a meeting: the screen stays as it is for five and a half minutes. Afterwards mail.
export default async (p) => {
  const mail = await p.open('mail.council.example');
  await p.mail(mail, 25);
  const blog = await p.open('www.micro-blog.example');
  await p.feed(blog, 150, 6);
  p.away();
  await p.until(480);
  await p.look(mail);
  await p.mail(mail, 600);
};
