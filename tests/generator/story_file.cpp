#include "generator/story_file.hpp"

#include "edgewatch/base/text.hpp"

#include <charconv>
#include <fstream>
#include <map>
#include <stdexcept>

#include <fmt/format.h>

namespace edgewatch::generator {
namespace {

using Fields = std::vector<std::string_view>;

class Teller {
 public:
  explicit Teller(support::Story& story) : story_(story) {}

  void line(const Fields& fields) {
    const std::string_view verb = fields[0];
    if (verb == "machine") return machine(fields);
    if (verb == "host") return host(fields);
    const support::Machine& who = known(field(fields, 2));
    const Timestamp t = story_.at(number<double>(field(fields, 1)));
    const std::string name(field(fields, 3));
    if (verb == "ex")
      return story_.exchange(who, t, name, number<std::size_t>(field(fields, 4)),
                             number<std::size_t>(field(fields, 5)));
    if (verb == "push") return story_.push(who, t, name, number<std::size_t>(field(fields, 4)));
    if (verb == "http") return story_.plain_http(who, t, name, number<std::size_t>(field(fields, 4)));
    if (verb == "connect") return story_.preconnect(who, t, name);
    if (verb == "resolve") return story_.resolve(who, t, name);
    if (verb == "nxdomain") return story_.refused_name(who, t, name);
    if (verb == "reset") return story_.refused_hello(who, t, name);
    throw std::runtime_error(fmt::format("no act is called {}", verb));
  }

 private:
  static std::string_view field(const Fields& fields, std::size_t n) {
    if (n >= fields.size()) throw std::runtime_error(fmt::format("field {} is missing", n + 1));
    return fields[n];
  }
  template <class T>
  static T number(std::string_view text) {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
      throw std::runtime_error(fmt::format("{} is no number", text));
    return value;
  }
  const support::Machine& known(std::string_view name) const {
    const auto found = machines_.find(std::string(name));
    if (found == machines_.end()) throw std::runtime_error(fmt::format("no machine is called {}", name));
    return found->second;
  }

  void machine(const Fields& fields) {
    const auto mac = net::MacAddress::parse(field(fields, 2));
    const auto address = net::IpAddress::parse(field(fields, 3));
    if (!mac || !address) throw std::runtime_error("a machine needs a MAC and an IP address");
    machines_[std::string(field(fields, 1))] = support::Machine{*mac, *address, 0};
  }
  void host(const Fields& fields) {
    support::Host& host = story_.host(std::string(field(fields, 1)));
    const std::string_view kind = field(fields, 2);
    if (kind == "ech") {
      host.ech_public_name = field(fields, 3);
      return;
    }
    if (kind == "at") {
      const support::Host& other = story_.host(std::string(field(fields, 3)));
      host.address = other.address;
      host.address_v6 = other.address_v6;
      return;
    }
    host.quic = kind == "quic" || kind == "quic-v2";
    if (kind == "quic-v2") host.quic_version = support::QuicVersion::v2;
    host.has_name = kind != "unnamed";
  }

  support::Story& story_;
  std::map<std::string, support::Machine> machines_;
};

}  // namespace

void tell_from_file(support::Story& story, const std::filesystem::path& file) {
  std::ifstream input(file);
  if (!input) throw std::runtime_error(fmt::format("{}: cannot be read", file.string()));
  Teller teller(story);
  std::string line;
  for (std::size_t number = 1; std::getline(input, line); ++number) {
    if (line.empty() || line.front() == '#') continue;
    try {
      teller.line(split(line, '\t'));
    } catch (const std::runtime_error& problem) {
      throw std::runtime_error(fmt::format("{}:{}: {}", file.string(), number, problem.what()));
    }
  }
}

}  // namespace edgewatch::generator
