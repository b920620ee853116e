// Mail with four looks of fifteen to forty seconds at four sites, each closed again.
export default async (p) => {
  const mail = await p.open('mail.council.example');
  const look = async (host, seconds, act) => {
    const tab = await p.open(host);
    await act(tab, p.now + seconds);
    await p.close(tab);
    await p.look(mail);
  };
  await p.mail(mail, 75);
  await look('www.photo-wall.example', 16, (tab, end) => p.feed(tab, end, 4));
  await p.mail(mail, 210);
  await look('www.forum-talk.example', 38, (tab, end) => p.forum(tab, end, 12));
  await p.mail(mail, 340);
  await look('www.micro-blog.example', 27, (tab, end) => p.feed(tab, end, 4));
  await p.mail(mail, 470);
  await look('www.photo-wall.example', 35, (tab, end) => p.feed(tab, end, 5));
  await p.mail(mail, 600);
};
