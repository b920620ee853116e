// The head of an HTTP/1 request.
#include "edgewatch/wire/http.hpp"

#include "laws.hpp"

using namespace edgewatch;
using fuzz::law;

namespace {

std::string told(Bytes bytes) {
  const auto outcome = wire::read_http_host(bytes);
  if (std::holds_alternative<wire::HttpNeedMore>(outcome)) return "more";
  if (std::holds_alternative<wire::NotHttp>(outcome)) return "none";
  if (std::holds_alternative<wire::NoHost>(outcome)) return "no host";
  if (const auto* error = std::get_if<wire::DecodeError>(&outcome))
    return "error " + std::string(to_string(error->kind));
  const auto& name = std::get<net::HostName>(outcome);
  fuzz::check_name(name);
  return "host " + name.text();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Exact input(Bytes(data, size));
  const std::string whole = told(input.bytes());
  for (const auto at : fuzz::cuts(input.bytes())) {
    const fuzz::Exact cut(input.bytes().first(at));
    const std::string part = told(cut.bytes());
    law(part == "more" || part == whole, "an answer once given stays");
  }
  return 0;
}
