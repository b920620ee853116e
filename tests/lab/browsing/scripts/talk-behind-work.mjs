// A talk is started, looked at for a minute and a half, and put behind the work, where it plays on for five minutes until it is closed.
export default async (p) => {
  const office = await p.open('office.council.example');
  await p.office(office, 40);
  const site = await p.open('www.video-hill.example');
  await p.wait(9);
  await p.click(site, 'a.video');
  await p.until(140);
  await p.look(office);
  await p.office(office, 440);
  await p.look(site);
  await p.wait(4);
  await p.close(site);
  await p.look(office);
  await p.office(office, 600);
};
