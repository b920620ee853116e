// Two minutes with a feed; the tab stays open behind the work.
export default async (p) => {
  const wall = await p.open('www.photo-wall.example');
  await p.feed(wall, 125);
  const mail = await p.open('mail.council.example');
  await p.mail(mail, 360);
  await p.office(await p.open('office.council.example'), 600);
};
