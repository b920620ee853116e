// The round before the work: mail, a newspaper, a feed, short texts, the forum, a tab each; none is closed. Then the work.
export default async (p) => {
  await p.mail(await p.open('mail.council.example'), 45);
  await p.news(await p.open('www.daily-news.example'), 130, { articleSeconds: 35 });
  await p.feed(await p.open('www.photo-wall.example'), 205, 5);
  await p.feed(await p.open('www.micro-blog.example'), 275, 6);
  await p.forum(await p.open('www.forum-talk.example'), 345, 25);
  await p.office(await p.open('office.council.example'), 600);
};
