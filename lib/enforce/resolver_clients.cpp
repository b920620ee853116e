#include "edgewatch/enforce/resolver_clients.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <map>

#include <fmt/format.h>

namespace edgewatch::enforce {
namespace {

constexpr const char* head =
    "edgewatch: which addresses are answered by which zones; written anew whenever that changes";

std::string file_of(const ResolverZones& zones, const std::string& zone) { return zones.folder + '/' + zone; }

/// A network by what its text says: its first address, and how narrow it is.
struct Block {
  net::IpAddress base;
  unsigned length = 0;
};
Block block_of(const net::Network& network) {
  const std::string text = network.to_string();
  const std::size_t slash = text.find('/');
  Block out{net::IpAddress::parse(text.substr(0, slash)).value(), 0};
  std::from_chars(text.data() + slash + 1, text.data() + text.size(), out.length);
  return out;
}

/// The zones of a view, in the order in which BIND asks them. DNSSEC is no way round: a client that asks for
/// signatures of a signed name would be answered otherwise. By itself BIND would take a zone that changes
/// twice within a minute only when that is over; how often is for whoever has it reload to say.
std::string view_of(const ResolverZones& zones, const std::string& name, const std::string& clients,
                    const std::vector<std::string>& asked, const std::string& view) {
  std::string policy;
  std::string files;
  for (const std::string& zone : asked) {
    policy += fmt::format(" zone \"{}\";", zone);
    files += fmt::format("  zone \"{}\" {{ type primary; file \"{}\"; allow-query {{ none; }}; }};\n", zone,
                         file_of(zones, zone));
  }
  return fmt::format(
      "view \"{}\" {{\n"
      "  match-clients {{{} }};\n"
      "  response-policy {{{} }} break-dnssec yes min-update-interval 1 qname-wait-recurse no;\n"
      "{}  include \"{}\";\n"
      "}};\n",
      name, clients, policy, files, view);
}

}  // namespace

std::string unbound_include(const ResolverZones& zones) {
  std::string out = fmt::format(
      "# {}.\n"
      "# Unbound goes by the narrowest network alone: an access-control: of one that lies within a network "
      "below\n"
      "# hides its tag, and who has a tag may ask.\n"
      "server:\n",
      head);
  auto to = std::back_inserter(out);
  // Over a reload Unbound keeps which tag, by its number, a zone has: so the zone and its tag are called by a
  // number, and the file says what it is.
  std::map<std::string, std::size_t> numbers;
  for (const std::string& zone : zones.before) {
    fmt::format_to(to, "  define-tag: \"edgewatch-{}\"\n", numbers.size());
    numbers.emplace(zone, numbers.size());
  }
  for (const ResolverZones::Client& client : zones.clients)
    fmt::format_to(to, "  access-control-tag: {} \"edgewatch-{}\"\n", client.where.to_string(),
                   numbers.at(client.zone));
  for (const std::string& zone : zones.before) {
    fmt::format_to(to,
                   "rpz:\n  name: \"edgewatch-{0}.rpz\"\n  zonefile: \"{1}\"\n  tags: \"edgewatch-{0}\"\n",
                   numbers.at(zone), file_of(zones, zone));
  }
  fmt::format_to(to, "rpz:\n  name: \"{}\"\n  zonefile: \"{}\"\n", zones.everybody,
                 file_of(zones, zones.everybody));
  return out;
}

std::string bind_include(const ResolverZones& zones, const std::string& view) {
  // The first view that matches is taken, and in it the first address: so what is narrower and another's is
  // left out before.
  std::vector<ResolverZones::Client> clients = zones.clients;
  std::ranges::stable_sort(clients, std::ranges::greater{},
                           [](const auto& client) { return block_of(client.where).length; });
  std::string out = fmt::format("// {}.\n", head);
  for (const std::string& zone : zones.before) {
    std::string matched;
    for (auto each = clients.begin(); each != clients.end(); ++each) {
      const bool own = each->zone == zone;
      const bool within_own = std::any_of(each + 1, clients.end(), [&](const auto& wider) {
        return wider.zone == zone && wider.where.contains(block_of(each->where).base);
      });
      if (own || within_own) matched += fmt::format(" {}{};", own ? "" : "!", each->where.to_string());
    }
    out += view_of(zones, zone, matched, {zone, zones.everybody}, view);
  }
  return out + view_of(zones, zones.everybody, " any;", {zones.everybody}, view);
}

}  // namespace edgewatch::enforce
