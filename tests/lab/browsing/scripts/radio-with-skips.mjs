// A radio behind the work. Now and then somebody looks at it and goes on to the next piece; it is stopped for the last minute and a half.
export default async (p) => {
  const radio = await p.open('www.music-box.example');
  await p.wait(5);
  await p.click(radio, '#play');
  await p.wait(10);
  const office = await p.open('office.council.example');
  for (const [work, looks] of [[130, 7], [245, 5], [390, 12]]) {
    await p.office(office, work);
    await p.look(radio);
    await p.wait(2);
    await p.click(radio, '#skip');
    await p.wait(looks);
    await p.look(office);
  }
  await p.office(office, 505);
  await p.look(radio);
  await p.wait(1.5);
  await p.click(radio, '#play');
  await p.wait(2);
  await p.look(office);
  await p.office(office, 600);
};
