// How is that done in a spreadsheet? A search leads to a video; it is stopped twice to try what it says, and then it is left.
export default async (p) => {
  const office = await p.open('office.council.example');
  await p.office(office, 70);
  const tab = await p.search(4);
  await p.wait(7);
  await p.click(tab, '#to-video-hill');
  await p.wait(9);
  await p.click(tab, 'a.video');
  await p.until(190);
  for (const [tried, watched] of [[245, 330], [395, 450]]) {
    await p.press(tab, ' ');
    await p.wait(1);
    await p.look(office);
    await p.office(office, tried);
    await p.look(tab);
    await p.wait(1.5);
    await p.press(tab, ' ');
    await p.until(watched);
  }
  await p.close(tab);
  await p.look(office);
  await p.office(office, 600);
};
