// One Kerberos message, and the same bytes as a stream of them.
#include "edgewatch/wire/kerberos.hpp"

#include "laws.hpp"

using namespace edgewatch;
using fuzz::law;
namespace kerberos = wire::kerberos;

namespace {

void check_stream(Bytes bytes) {
  std::size_t at = 0;
  for (;;) {
    const auto next = kerberos::next_on_stream(bytes, at);
    if (!next || !*next) return;
    law((*next)->next == at + 4 + (*next)->message.size() && (*next)->next <= bytes.size(),
        "a stream goes forward within its bytes");
    at = (*next)->next;
  }
}

void check_message(const kerberos::Message& message) {
  law(message.client.size() <= 256 && message.realm.size() <= 256 && message.service.size() <= 256,
      "names are bounded");
  const bool reply =
      message.type == kerberos::MessageType::as_rep || message.type == kerberos::MessageType::tgs_rep;
  law(!reply || (!message.client.empty() && !message.realm.empty()), "a reply names its client whole");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Exact input(Bytes(data, size));
  check_stream(input.bytes());
  const auto whole = kerberos::parse(input.bytes());
  if (!whole) return 0;
  check_message(*whole);
  for (const auto at : fuzz::cuts(input.bytes())) {
    const fuzz::Exact cut(input.bytes().first(at));
    law(!kerberos::parse(cut.bytes()), "a cut message is refused");
  }
  std::vector<std::uint8_t> longer(data, data + size);
  longer.push_back(0);
  law(!kerberos::parse(longer), "a message ends where it says");
  return 0;
}
