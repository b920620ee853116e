// Music and the inbox; a call comes, the music is stopped for two minutes and goes on after it; towards the end it is closed.
export default async (p) => {
  const mail = await p.open('mail.council.example');
  await p.mail(mail, 25);
  const radio = await p.open('www.music-box.example');
  await p.wait(4);
  await p.click(radio, '#play');
  await p.wait(8);
  await p.look(mail);
  await p.mail(mail, 230);
  await p.look(radio);
  await p.wait(1.5);
  await p.click(radio, '#play');
  await p.look(mail);
  p.away();
  await p.until(350);
  await p.look(radio);
  await p.wait(1.5);
  await p.click(radio, '#play');
  await p.wait(3);
  await p.look(mail);
  await p.mail(mail, 545);
  await p.look(radio);
  await p.wait(2);
  await p.close(radio);
  await p.look(mail);
  await p.mail(mail, 600);
};
