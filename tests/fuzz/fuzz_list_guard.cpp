// Whatever a publisher sends, in the format that the first byte says: what passes the guards takes away
// nothing that a council cannot be without, and compiled it says of every name what the list says.
#include "edgewatch/classify/catalogue.hpp"
#include "edgewatch/config/list_edition.hpp"
#include "edgewatch/config/list_guard.hpp"

#include "laws.hpp"

#include <array>
#include <cstring>

using namespace edgewatch;
using fuzz::law;

namespace {

constexpr std::array probes{"gov.uk",
                            "www.town.gov.uk",
                            "nhs.uk",
                            "council.example",
                            "intranet.council.example",
                            "microsoft.com",
                            "update.microsoft.com",
                            "sls.update.microsoft.com",
                            "r10.o.lencr.org",
                            "ocsp.digicert.com",
                            "accounts.google.com",
                            "pool.ntp.org"};

struct alignas(64) Block {
  std::array<std::uint8_t, 64> bytes;
};

config::ListGuards guards() {
  config::ListGuards out;
  out.least_parse_rate = 0;  // whatever the rest of it is
  out.own = {*net::HostName::from_dotted("council.example")};
  return out;
}

void check_compiled(const config::ParsedList& list) {
  std::string file;
  config::write_list_set({{{"list", model::Category("adult"), 1}, &list}}, {1, 2},
                         [&](std::string_view piece) { file += piece; });
  const std::unique_ptr<Block[]> memory(new Block[file.size() / sizeof(Block) + 1]);
  std::memcpy(memory.get(), file.data(), file.size());
  const auto set = classify::ListSet::over(Bytes(memory[0].bytes.data(), file.size()));
  law(set.has_value(), "what is written can be opened");
  const auto check = [&](const net::HostName& name) {
    const auto entry = config::match(list, name);
    const auto found = set->match(name);
    law(found.size() == (entry ? 1U : 0U), "compiled it lists what the list lists");
    if (entry) law(found[0].name == entry->name && found[0].line == entry->place.line, "by the same entry");
  };
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string name(list[i].name);
    check(*net::HostName::from_dotted(name));
    if (const auto below = net::HostName::from_dotted("a." + name)) check(*below);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  constexpr std::array formats{config::ListFormat::domains, config::ListFormat::hosts,
                               config::ListFormat::adblock, config::ListFormat::rpz,
                               config::ListFormat::dnsmasq};
  const fuzz::Exact exact(Bytes(data + 1, size - 1));
  const std::string_view text(reinterpret_cast<const char*>(exact.bytes().data()), size - 1);
  auto list = config::parse_list(formats[data[0] % formats.size()], text);
  list.sort();
  check_compiled(list);
  static const config::ListGuards bounds = guards();
  const Problems problems = config::judge("list", list, bounds, {});
  for (const Problem& problem : problems) law(!problem.what.empty(), "a refusal says why");
  if (!problems.empty()) return 0;
  for (const char* probe : probes)
    law(!config::match(list, *net::HostName::from_dotted(probe)), "what passes hides no protected name");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const config::ListEntry entry = list[i];
    law(entry.verdict == config::ListVerdict::excepted ||
            !classify::is_public_suffix(*net::HostName::from_dotted(entry.name)),
        "nor lists what anybody may have a name under");
  }
  return 0;
}
