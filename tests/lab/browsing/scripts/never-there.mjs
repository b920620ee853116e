// Work all along. A feed and a chat were open from the morning and are never looked at.
export default async (p) => {
  const office = await p.open('office.council.example');
  await p.openBehind('www.micro-blog.example');
  await p.openBehind('web.chat-room.example');
  await p.office(office, 330);
  await p.mail(await p.open('mail.council.example'), 600);
};
