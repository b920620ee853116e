// An edition of a list that somebody forged, sum and all: it is refused, or what it gives is an edition
// again. The input is what stands between the title and the sum.
#include "edgewatch/config/list_edition.hpp"

#include "laws.hpp"

using namespace edgewatch;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string body(reinterpret_cast<const char*>(data), size);
  static_cast<void>(config::read_edition(body));
  const std::string unsummed = "edgewatch list edition 1\n" + body;
  const auto list = config::read_edition(unsummed + "sha256 " + config::sha256_hex(unsummed) + '\n');
  fuzz::law(!config::read_edition(unsummed + "sha256 " + std::string(64, '0') + '\n'),
            "a wrong sum is refused");
  if (!list) return 0;
  const auto again = config::read_edition(config::edition_text(*list));
  fuzz::law(again.has_value() && again->size() == list->size(), "what was read is written as an edition");
  for (std::size_t i = 0; i < list->size(); ++i) {
    fuzz::law((*again)[i] == (*list)[i], "and reads as the same");
    const auto name = net::HostName::from_dotted((*list)[i].name);
    fuzz::law(name.has_value(), "an entry is a name");
    fuzz::check_name(*name);
  }
  return 0;
}
