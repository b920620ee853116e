// Letters with links: one to short texts, one to a video, one to a thread. Each is followed, read or seen, and closed again.
export default async (p) => {
  const mail = await p.open('mail.council.example');
  const follow = async (url, seconds, act) => {
    const tab = await p.open(url);
    await act(tab, p.now + seconds);
    await p.close(tab);
    await p.look(mail);
  };
  await p.mail(mail, 80);
  await follow('www.micro-blog.example', 45, (tab, end) => p.feed(tab, end, 6));
  await p.mail(mail, 230);
  await follow('www.video-hill.example/watch', 75, (tab, end) => p.until(end));
  await p.mail(mail, 420);
  await follow('www.forum-talk.example/thread', 60, (tab, end) => p.forum(tab, end, 30));
  await p.mail(mail, 600);
};
