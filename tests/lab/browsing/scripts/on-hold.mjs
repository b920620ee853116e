// The telephone is on hold: mail, and four times half a minute of a feed whose tab stays where it is. Then somebody answers, and there is work for five minutes.
export default async (p) => {
  const mail = await p.open('mail.council.example');
  await p.mail(mail, 30);
  const blog = await p.open('www.micro-blog.example');
  await p.feed(blog, 62, 6);
  for (const [letters, looks] of [[105, 132], [170, 205], [255, 280]]) {
    await p.look(mail);
    await p.mail(mail, letters);
    await p.look(blog);
    await p.feed(blog, looks, 5);
  }
  await p.office(await p.open('office.council.example'), 600);
};
