#include "list_laws.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  edgewatch::fuzz::check_list(edgewatch::config::ListFormat::dnsmasq, {data, size});
  return 0;
}
