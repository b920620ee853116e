// One DNS message, and the same bytes as a DNS stream over TCP.
#include "edgewatch/wire/dns.hpp"

#include "laws.hpp"

#include <algorithm>

using namespace edgewatch;
using fuzz::law;
namespace dns = wire::dns;

namespace {

bool same_questions(const dns::Message& a, const dns::Message& b) {
  return std::ranges::equal(a.questions, b.questions, [](const dns::Question& x, const dns::Question& y) {
    return x.qname == y.qname && x.qtype == y.qtype && x.qclass == y.qclass;
  });
}
bool same_answers(const dns::Message& a, const dns::Message& b) {
  return std::ranges::equal(a.answers, b.answers, [](const dns::Record& x, const dns::Record& y) {
    return x.owner == y.owner && x.type == y.type && x.target == y.target && x.address == y.address &&
           x.ech_public_name == y.ech_public_name;
  });
}

void check_message(const dns::Message& message) {
  for (const auto& question : message.questions) fuzz::check_name(question.qname);
  law(message.answers_complete || message.answers.empty(), "an answer section is given whole or not at all");
  for (const auto& record : message.answers) {
    fuzz::check_name(record.owner);
    fuzz::check_name(record.target);
    law(record.ttl.count() >= 0 && record.ttl.count() <= 0x7fffffff, "a TTL has 31 bits");
    law(record.has_ech || record.ech_public_name.empty(), "a public name stands in an ech parameter");
  }
}

void check_stream(Bytes bytes) {
  std::size_t at = 0;
  while (const auto next = dns::next_on_stream(bytes, at)) {
    law(next->next == at + 2 + next->message.size() && next->next <= bytes.size(),
        "a stream goes forward within its bytes");
    if (const auto message = dns::parse(next->message)) check_message(*message);
    at = next->next;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Exact input(Bytes(data, size));
  check_stream(input.bytes());
  const auto whole = dns::parse(input.bytes());
  if (whole) check_message(*whole);
  for (const auto at : fuzz::cuts(input.bytes())) {
    const fuzz::Exact cut(input.bytes().first(at));
    const auto part = dns::parse(cut.bytes());
    if (!part) continue;
    law(whole.has_value() && same_questions(*part, *whole),
        "a cut message asks what the whole asks, or is refused");
    law(!part->answers_complete || same_answers(*part, *whole),
        "a cut message answers what the whole answers, or nothing");
  }
  return 0;
}
