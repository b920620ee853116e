// The formats with a name or two a line: hosts(5), plain names, dnsmasq's configuration.
#include "edgewatch/base/text.hpp"
#include "edgewatch/net/address.hpp"

#include "list_reader.hpp"

#include <algorithm>
#include <array>

namespace edgewatch::config {
namespace {

/// What a hosts file says of the machine itself; the lists keep these lines so that they can be used as one.
constexpr std::array<std::string_view, 11> own_names{
    "localhost",     "localhost.localdomain", "local",        "broadcasthost",
    "ip6-localhost", "ip6-loopback",          "ip6-localnet", "ip6-mcastprefix",
    "ip6-allnodes",  "ip6-allrouters",        "ip6-allhosts"};

/// Of dnsmasq(8): what may stand in a list beside names, without speaking of one.
constexpr std::array<std::string_view, 12> other_settings{
    "ipset",     "nftset",         "cname",       "host-record",      "domain-needed", "bogus-priv",
    "no-resolv", "bogus-nxdomain", "no-negcache", "rebind-domain-ok", "conf-file",     "cache-size"};

template <std::size_t n>
bool is_one_of(const std::array<std::string_view, n>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

void read_dnsmasq_line(std::string_view line, ListPlace place, ParsedList& out) {
  const std::size_t equals = line.find('=');
  const std::string_view key = line.substr(0, equals);
  const bool sends = key == "server" || key == "local";
  if (key != "address" && !sends)
    return out.refuse(is_one_of(other_settings, key) ? LineRefusal::other_directive : LineRefusal::malformed,
                      place);
  // /name/name/target; without a name the setting is for every question.
  std::string_view value = equals == std::string_view::npos ? "" : line.substr(equals + 1);
  const std::size_t last = value.rfind('/');
  if (!value.starts_with('/') || last == 0)
    return out.refuse(sends && !value.empty() ? LineRefusal::other_directive : LineRefusal::malformed, place);
  const std::string_view target = value.substr(last + 1);
  std::string_view names = value.substr(1, last - 1);
  // `server=/x/#` asks the usual resolvers after all; `address=/x/#` answers with the null address.
  const bool excepts = sends && target == "#";
  if (!excepts && !target.empty() && (sends || (target != "#" && !is_sinkhole(target))))
    return out.refuse(LineRefusal::other_target, place);
  while (true) {
    const std::size_t slash = names.find('/');
    const std::string_view name = names.substr(0, slash);
    if (name == "#") {
      out.refuse(LineRefusal::everything, place);
    } else {
      add_name(out, name, name.starts_with("*.") ? Reach::below : Reach::both,
               excepts ? ListVerdict::excepted : ListVerdict::listed, place);
    }
    if (slash == std::string_view::npos) return;
    names.remove_prefix(slash + 1);
  }
}

/// What stands before the names of a line; the same in nearly all lines of a list.
struct HostsAddress {
  HostsAddress() = default;
  explicit HostsAddress(std::string_view word)
      : text(word),
        is_one(net::IpAddress::parse(std::string(word.substr(0, word.find('%'))))),
        hides(is_one && is_sinkhole(word)) {}
  std::string_view text;
  bool is_one = false;
  bool hides = false;
};

}  // namespace

void read_hosts_list(std::string_view text, std::uint16_t file, ParsedList& out) {
  ListLines lines(text, file, out);
  HostsAddress address;
  while (const auto whole = lines.next()) {
    std::string_view line = before_comment(*whole, '#');
    if (line.empty()) continue;
    if (const std::string_view word = take_word(line); word != address.text) address = HostsAddress(word);
    if (!address.is_one || line.empty()) {
      out.refuse(LineRefusal::malformed, lines.place());
      continue;
    }
    while (true) {
      const std::string_view name = take_word(line);
      if (name.empty()) break;
      if (address.hides && net::HostName::is_plain(name) && !is_one_of(own_names, name)) {
        out.add(name, Reach::itself, ListVerdict::listed, lines.place());
        continue;
      }
      const auto read = listed_name(name);
      if (name == "0.0.0.0" || (read && is_one_of(own_names, read->text()))) continue;
      if (!address.hides) {
        out.refuse(LineRefusal::other_target, lines.place());
      } else if (!read) {
        out.refuse(read.error(), lines.place());  // a star is no part of a name here
      } else {
        out.add(read->text(), Reach::itself, ListVerdict::listed, lines.place());
      }
    }
  }
}

void read_domain_list(std::string_view text, std::uint16_t file, ParsedList& out) {
  ListLines lines(text, file, out);
  while (const auto whole = lines.next()) {
    if (net::HostName::is_plain(*whole)) {  // nearly all lines of nearly all lists
      out.add(*whole, Reach::both, ListVerdict::listed, lines.place());
      continue;
    }
    std::string_view line = before_comment(*whole, '#');
    if (line.empty() || line.starts_with('!') || line.starts_with(';')) continue;
    const std::string_view name = take_word(line);
    if (!line.empty()) {
      out.refuse(LineRefusal::malformed, lines.place());
    } else {
      // Publishers write `x`, `.x` and `*.x` for the same thing.
      add_name(out, name, Reach::both, ListVerdict::listed, lines.place());
    }
  }
}

void read_dnsmasq_list(std::string_view text, std::uint16_t file, ParsedList& out) {
  ListLines lines(text, file, out);
  while (const auto whole = lines.next()) {
    std::string_view line = *whole;
    // A number sign begins a comment at the start or behind a space; within a value it is a target.
    for (std::size_t at = line.find('#'); at != std::string_view::npos; at = line.find('#', at + 1)) {
      if (at != 0 && line[at - 1] != ' ' && line[at - 1] != '\t') continue;
      line = line.substr(0, at);
      break;
    }
    line = trim(line);
    if (!line.empty()) read_dnsmasq_line(line, lines.place(), out);
  }
}

}  // namespace edgewatch::config
