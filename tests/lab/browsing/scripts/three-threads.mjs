// Something does not work: a search leads to a forum, three threads are read there, another search to a newspaper, and the forum once more.
export default async (p) => {
  const mail = await p.open('mail.council.example');
  await p.mail(mail, 60);
  const tab = await p.search(4);
  await p.wait(6);
  await p.click(tab, '#to-forum-talk');
  await p.pause(5);
  await p.forum(tab, 250, 55);
  const second = await p.search(3);
  await p.wait(8);
  await p.click(second, '#to-daily-news');
  await p.pause(4);
  await p.news(second, 400, { articleSeconds: 60 });
  await p.look(tab);
  await p.forum(tab, 480, 35);
  await p.close(tab);
  await p.look(mail);
  await p.mail(mail, 600);
};
