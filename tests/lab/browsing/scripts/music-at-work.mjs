// A radio is started and put behind the work, where it plays on; one look at it to see what it is.
export default async (p) => {
  const office = await p.open('office.council.example');
  await p.office(office, 30);
  const radio = await p.open('www.music-box.example');
  await p.wait(6);
  await p.click(radio, '#play');
  await p.wait(7);
  await p.look(office);
  await p.office(office, 330);
  await p.look(radio);
  await p.wait(9);
  await p.look(office);
  await p.office(office, 600);
};
