// One TLS handshake message of type client_hello.
#include "edgewatch/wire/tls.hpp"

#include "laws.hpp"

using namespace edgewatch;
using fuzz::law;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Exact input(Bytes(data, size));
  const auto whole = wire::parse_client_hello(input.bytes());
  if (!whole) return 0;
  if (whole->server_name) {
    fuzz::check_name(*whole->server_name);
    law(!whole->server_name->is_root(), "the root is no server name");
    law(whole->server_name->text().find("\\000") == std::string::npos, "no server name holds a NUL");
  }
  law(whole->server_name || !whole->server_name_is_ip, "an address stands in a name");
  law(whole->alpn.size() <= 8, "few protocols are kept");
  for (const auto at : fuzz::cuts(input.bytes())) {
    const fuzz::Exact cut(input.bytes().first(at));
    law(!wire::parse_client_hello(cut.bytes()), "a cut hello is refused");
  }
  return 0;
}
