#include "edgewatch/wire/dhcp.hpp"

#include <algorithm>
#include <array>

namespace edgewatch::wire {
namespace {

Failure<DecodeError> refuse(Malformation kind, std::size_t offset) {
  return Failure{DecodeError{kind, offset}};
}

std::string text_of(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

/// Labels of RFC 1035 without compression, dotted as they stand; empty where they are not whole. The last
/// name of the client may lack its root (RFC 4704 section 4.2).
std::string text_of_labels(Bytes bytes) {
  std::string out;
  ByteReader reader(bytes);
  while (reader.remaining() > 0) {
    const std::size_t length = reader.u8();
    if (length == 0) return reader.remaining() == 0 ? out : std::string();
    const Bytes label = reader.take(length);
    if (!reader.ok() || length > 63) return {};
    if (!out.empty()) out += '.';
    out.append(label.begin(), label.end());
  }
  return out;
}

}  // namespace

namespace dhcp {
namespace {

enum : std::uint8_t {
  option_pad = 0,
  option_host_name = 12,
  option_requested_address = 50,
  option_lease_time = 51,
  option_overload = 52,
  option_type = 53,
  option_server = 54,
  option_client_identifier = 61,
  option_domain_name = 81,
  option_end = 255,
};
constexpr std::uint32_t cookie = 0x63825363;  // RFC 2131 section 3
constexpr std::uint8_t hardware_ethernet = 1;
constexpr std::size_t hardware_field = 16;
constexpr std::size_t name_field = 64;
constexpr std::size_t file_field = 128;
// RFC 3396 joins parts, so an option may be long; nobody's name or identifier is.
constexpr std::size_t longest_option = 1024;

constexpr std::array<std::uint8_t, 8> used_options{
    option_host_name, option_requested_address, option_lease_time, option_overload, option_type,
    option_server,    option_client_identifier, option_domain_name};

/// The options that are used, joined out of their parts.
class Options {
 public:
  [[nodiscard]] bool has(std::uint8_t code) const { return options_.at(place(code)).there; }
  [[nodiscard]] Bytes of(std::uint8_t code) const { return options_.at(place(code)).content; }
  /// False where the option grows beyond what anybody writes.
  bool add(std::uint8_t code, Bytes part) {
    if (place(code) == used_options.size()) return true;
    Option& option = options_.at(place(code));
    if (option.content.size() + part.size() > longest_option) return false;
    option.content.insert(option.content.end(), part.begin(), part.end());
    option.there = true;
    return true;
  }

 private:
  struct Option {
    std::vector<std::uint8_t> content;
    bool there = false;
  };
  static std::size_t place(std::uint8_t code) {
    return static_cast<std::size_t>(std::ranges::find(used_options, code) - used_options.begin());
  }
  std::array<Option, used_options.size()> options_;
};

/// Reads one field of options up to its end mark, or to its last byte: the mark is left out by some.
bool read_options(Bytes field, Options& options) {
  ByteReader reader(field);
  while (reader.remaining() > 0) {
    const std::uint8_t code = reader.u8();
    if (code == option_end) return true;
    if (code == option_pad) continue;
    const Bytes content = reader.take(reader.u8());
    if (!reader.ok() || !options.add(code, content)) return false;
  }
  return true;
}

/// Options first, then `file`, then `sname` (RFC 2131 section 4.1).
bool read_all_options(Bytes field, Bytes file, Bytes name, Options& options) {
  if (!read_options(field, options)) return false;
  if (!options.has(option_overload)) return true;
  const Bytes which = options.of(option_overload);
  if (which.size() != 1 || which[0] < 1 || which[0] > 3) return false;
  const unsigned fields = which[0];
  return ((fields & 1U) == 0 || read_options(file, options)) &&
         ((fields & 2U) == 0 || read_options(name, options));
}

bool read_address(const Options& options, std::uint8_t code, std::optional<net::IpAddress>& address) {
  if (!options.has(code)) return true;
  const Bytes bytes = options.of(code);
  if (bytes.size() != 4) return false;
  address = net::IpAddress::from_bytes(bytes);
  return true;
}

/// RFC 4702 section 2: flags, two result codes, and the name as ASCII or, where E is set, as labels.
bool read_domain_name(const Options& options, Texts texts, Message& out) {
  if (!options.has(option_domain_name)) return true;
  const Bytes bytes = options.of(option_domain_name);
  constexpr std::size_t head = 3;
  constexpr unsigned encoded = 0x04;
  if (bytes.size() < head) return false;
  if (texts == Texts::pass_over) return true;
  const Bytes name = bytes.subspan(head);
  out.domain_name = (bytes[0] & encoded) != 0 ? text_of_labels(name) : text_of(name);
  return true;
}

bool take_options(const Options& options, Texts texts, Message& out) {
  if (options.of(option_type).size() != 1) return false;
  out.type = static_cast<Type>(options.of(option_type)[0]);
  if (options.has(option_lease_time)) {
    ByteReader time(options.of(option_lease_time));
    out.lease_time = std::chrono::seconds(time.u32());
    if (!time.ok() || time.remaining() != 0) return false;
  }
  const Bytes identifier = options.of(option_client_identifier);
  out.client_identifier.assign(identifier.begin(), identifier.end());
  if (texts == Texts::read) out.host_name = text_of(options.of(option_host_name));
  return read_address(options, option_requested_address, out.requested_address) &&
         read_address(options, option_server, out.server) && read_domain_name(options, texts, out);
}

}  // namespace

Result<Message, DecodeError> parse(Bytes message, Texts texts) {
  ByteReader reader(message);
  Message out;
  const std::uint8_t operation = reader.u8();
  const std::uint8_t hardware = reader.u8();
  const std::size_t hardware_length = reader.u8();
  reader.skip(1);  // hops
  out.transaction = reader.u32();
  reader.skip(2 + 2);  // secs, flags
  out.client_address = net::IpAddress::v4(reader.u32());
  out.your_address = net::IpAddress::v4(reader.u32());
  reader.skip(4);  // siaddr: of the next boot file, nobody's
  out.relay_address = net::IpAddress::v4(reader.u32());
  const Bytes chaddr = reader.take(hardware_field);
  const Bytes name = reader.take(name_field);
  const Bytes file = reader.take(file_field);
  const bool dhcp = reader.u32() == cookie;
  if (!reader.ok()) return refuse(Malformation::truncated, message.size());
  if (!dhcp || operation < 1 || operation > 2 || hardware_length > hardware_field)
    return refuse(Malformation::dhcp_message, 0);
  out.reply = operation == 2;
  if (hardware == hardware_ethernet && hardware_length == 6)
    out.mac = net::MacAddress::from_bytes(chaddr.first(6));

  const std::size_t options_at = reader.offset();
  Options options;
  if (!read_all_options(reader.rest(), file, name, options) || !take_options(options, texts, out))
    return refuse(Malformation::dhcp_option, options_at);
  return out;
}

}  // namespace dhcp

namespace dhcpv6 {
namespace {

enum : std::uint16_t {
  option_client_duid = 1,
  option_ia_na = 3,
  option_ia_ta = 4,
  option_address = 5,
  option_relay_message = 9,
  option_status = 13,
  option_domain_name = 39,
  option_link_layer = 79,
};
constexpr std::uint8_t most_relays = 8;  // HOP_COUNT_LIMIT, RFC 8415 section 7.6
constexpr std::size_t most_addresses = 64;
constexpr std::size_t longest_duid = 130;  // RFC 8415 section 11.1: type and 128 octets
constexpr std::uint16_t hardware_ethernet = 1;

struct Option {
  std::uint16_t code = 0;
  Bytes content;
};

/// The next option; nothing when it is cut.
std::optional<Option> next_option(ByteReader& reader) {
  Option option;
  option.code = reader.u16();
  option.content = reader.take(reader.u16());
  return reader.ok() ? std::optional(option) : std::nullopt;
}

/// A status code option's number (RFC 8415 section 21.13).
std::optional<std::uint16_t> status_of(Bytes content) {
  ByteReader reader(content);
  const std::uint16_t status = reader.u16();
  return reader.ok() ? std::optional(status) : std::nullopt;
}

/// Whether the options that stand within another can be read and hold no status but success; nothing when
/// they cannot.
std::optional<bool> is_granted(Bytes options) {
  bool granted = true;
  ByteReader reader(options);
  while (reader.remaining() > 0) {
    const auto option = next_option(reader);
    if (!option) return std::nullopt;
    if (option->code != option_status) continue;
    const auto status = status_of(option->content);
    if (!status) return std::nullopt;
    granted = granted && *status == 0;
  }
  return granted;
}

bool read_address(Bytes content, bool temporary, std::vector<Address>& addresses) {
  ByteReader reader(content);
  const auto address = net::IpAddress::from_bytes(reader.take(16));
  reader.skip(4);  // preferred lifetime
  const std::chrono::seconds valid(reader.u32());
  if (!reader.ok() || !address) return false;
  const auto granted = is_granted(reader.rest());
  if (!granted) return false;
  if (*granted && addresses.size() < most_addresses) addresses.push_back({*address, valid, temporary});
  return true;
}

/// IA_NA (section 21.4) and IA_TA (section 21.5).
bool read_association(Bytes content, bool temporary, Message& out) {
  ByteReader reader(content);
  reader.skip(temporary ? 4 : 12);  // IAID; T1 and T2
  if (!reader.ok()) return false;
  const auto granted = is_granted(content.subspan(reader.offset()));
  if (!granted) return false;
  std::vector<Address> addresses;
  while (reader.remaining() > 0) {
    const auto option = next_option(reader);
    if (!option) return false;
    if (option->code == option_address && !read_address(option->content, temporary, addresses)) return false;
  }
  if (!*granted) return true;
  const std::size_t room = most_addresses - std::min(most_addresses, out.addresses.size());
  addresses.resize(std::min(addresses.size(), room));
  out.addresses.insert(out.addresses.end(), addresses.begin(), addresses.end());
  return true;
}

bool read_option(const Option& option, Texts texts, Message& out) {
  switch (option.code) {
    case option_client_duid:
      if (option.content.size() < 3 || option.content.size() > longest_duid) return false;
      out.client_duid.assign(option.content.begin(), option.content.end());
      return true;
    case option_ia_na:
      return read_association(option.content, false, out);
    case option_ia_ta:
      return read_association(option.content, true, out);
    case option_status:
      out.status = status_of(option.content);
      return out.status.has_value();
    case option_domain_name:
      if (option.content.empty()) return false;
      if (texts == Texts::read) out.domain_name = text_of_labels(option.content.subspan(1));
      return true;
    default:
      return true;
  }
}

/// RFC 6939: hardware type and address, as the relay saw them.
std::optional<net::MacAddress> read_link_layer(Bytes content) {
  ByteReader reader(content);
  if (reader.u16() != hardware_ethernet) return std::nullopt;
  return net::MacAddress::from_bytes(reader.rest());
}

/// A relay message's header and options (section 9); what it carries, or nothing.
std::optional<Bytes> open_relay(ByteReader& reader, Message& out) {
  reader.skip(1 + 16);  // hop count, link address
  const auto peer = net::IpAddress::from_bytes(reader.take(16));
  if (!reader.ok() || !peer) return std::nullopt;
  out.peer = peer;
  out.relayed_mac.reset();
  std::optional<Bytes> carried;
  while (reader.remaining() > 0) {
    const auto option = next_option(reader);
    if (!option) return std::nullopt;
    if (option->code == option_relay_message) carried = option->content;
    if (option->code == option_link_layer) out.relayed_mac = read_link_layer(option->content);
  }
  return carried;
}

bool is_relay(std::uint8_t type) {
  return type == static_cast<std::uint8_t>(Type::relay_forward) ||
         type == static_cast<std::uint8_t>(Type::relay_reply);
}

}  // namespace

Result<Message, DecodeError> parse(Bytes message, Texts texts) {
  Message out;
  Bytes inner = message;
  while (!inner.empty() && is_relay(inner[0])) {
    if (out.relays == most_relays) return refuse(Malformation::dhcp_message, 0);
    ++out.relays;
    ByteReader reader(inner.subspan(1));
    const auto carried = open_relay(reader, out);
    if (!carried) return refuse(Malformation::dhcp_option, 0);
    inner = *carried;
  }
  ByteReader reader(inner);
  const std::uint8_t type = reader.u8();
  out.transaction = reader.u24();
  if (!reader.ok()) return refuse(Malformation::truncated, message.size());
  if (type == 0) return refuse(Malformation::dhcp_message, 0);
  out.type = static_cast<Type>(type);
  while (reader.remaining() > 0) {
    const auto option = next_option(reader);
    if (!option || !read_option(*option, texts, out)) return refuse(Malformation::dhcp_option, 0);
  }
  return out;
}

std::optional<net::MacAddress> mac_of_duid(Bytes duid) {
  enum : std::uint16_t { link_layer_and_time = 1, link_layer = 3 };
  ByteReader reader(duid);
  const std::uint16_t type = reader.u16();
  if (type != link_layer_and_time && type != link_layer) return std::nullopt;
  const bool ethernet = reader.u16() == hardware_ethernet;
  if (type == link_layer_and_time) reader.skip(4);
  if (!reader.ok() || !ethernet) return std::nullopt;
  return net::MacAddress::from_bytes(reader.rest());
}

}  // namespace dhcpv6
}  // namespace edgewatch::wire
