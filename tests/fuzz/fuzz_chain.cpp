// What is read of an audit chain that somebody may have changed, and of heads that come from outside: a
// journal, a file, a person.
#include "edgewatch/evidence/audit_log.hpp"
#include "edgewatch/evidence/purge.hpp"
#include "edgewatch/evidence/seals.hpp"
#include "edgewatch/evidence/signed_head.hpp"

#include "laws.hpp"

#include <algorithm>
#include <string>

using namespace edgewatch;
using namespace edgewatch::evidence;
using fuzz::law;

namespace {

const SigningKey& key() {
  static const SigningKey made{{}};
  return made;
}

void check_heads(const std::string& text) {
  if (const auto head = parse_audit_head(text)) {
    const auto again = parse_audit_head(to_string(*head));
    law(again && *again == *head, "a head printed and read again is the same");
  }
  if (const auto head = parse_signed_head(text)) {
    law(to_string(*head) == text, "a signed head has one spelling");
    law(!verifies(key().public_key(), *head) || head->key == key().public_key().fingerprint(),
        "a head is signed by the key that it names");
  }
  const auto lines = 1 + std::ranges::count(text, '\n');
  const HeadsFromOutside heads = heads_in(text, key().public_key());
  law(static_cast<std::ptrdiff_t>(heads.of_the_key.size() + heads.unsigned_ones.size()) <= lines,
      "a line has one head");
  law(!heads.fault.empty() || !heads.of_the_key.empty() || !heads.unsigned_ones.empty(),
      "a text without a head is a fault");
  for (const SignedHead& head : heads.of_the_key)
    law(verifies(key().public_key(), head), "nothing is taken that the key did not sign");
}

void check_notes(const std::string& text) {
  if (const auto seal = parse_day_seal(text))
    law(parse_day_seal(to_note(*seal)) == seal, "a seal written and read again is the same");
  const Certificate certificate = read_certificate(7, Timestamp{}, text);
  const std::string words = in_words(certificate);
  law(words.find("entry 7") != std::string::npos, "a certificate says where it stands");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  check_heads(text);
  check_notes(text);
  for (const std::size_t at : fuzz::cuts({data, size})) {
    law(!parse_signed_head(std::string_view(text).substr(0, at)) || at > 200, "a head that is cut is none");
    check_notes(text.substr(0, at));
  }
  return 0;
}
