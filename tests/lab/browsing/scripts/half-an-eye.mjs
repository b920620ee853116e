// A video runs beside the work nearly all along; now and then somebody looks up at it, once for its comments.
export default async (p) => {
  const office = await p.open('office.council.example');
  await p.office(office, 20);
  const site = await p.open('www.video-hill.example/watch');
  await p.wait(28);
  for (const [work, looks] of [[160, 22], [290, 35], [430, 15]]) {
    await p.look(office);
    await p.office(office, work);
    await p.look(site);
    if (looks > 30) await p.scroll(site, 500);
    await p.wait(looks);
  }
  await p.look(office);
  await p.office(office, 540);
  await p.look(site);
  await p.wait(3);
  await p.close(site);
  await p.look(office);
  await p.office(office, 600);
};
