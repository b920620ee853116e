// Mail, a conversation of six minutes with two pauses, then work with the chat behind it.
export default async (p) => {
  const mail = await p.open('mail.council.example');
  await p.mail(mail, 50);
  const chat = await p.open('web.chat-room.example');
  await p.chat(chat, 190);
  await p.wait(28);
  await p.chat(chat, 330);
  await p.wait(22);
  await p.chat(chat, 420);
  await p.look(mail);
  await p.mail(mail, 600);
};
