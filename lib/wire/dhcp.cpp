#include "edgewatch/wire/dhcp.hpp"

#include "dhcp_words.hpp"
#include "notes.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace edgewatch::wire {
namespace {

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
  /// Where its first part lies in the message.
  [[nodiscard]] Bytes part_of(std::uint8_t code) const { return options_.at(place(code)).first; }
  /// False where the option grows beyond what anybody writes.
  bool add(std::uint8_t code, Bytes part) {
    if (place(code) == used_options.size()) return true;
    Option& option = options_.at(place(code));
    if (option.content.size() + part.size() > longest_option) return false;
    if (!option.there) option.first = part;
    option.content.insert(option.content.end(), part.begin(), part.end());
    option.there = true;
    return true;
  }

 private:
  struct Option {
    std::vector<std::uint8_t> content;
    Bytes first;
    bool there = false;
  };
  static std::size_t place(std::uint8_t code) {
    return static_cast<std::size_t>(std::ranges::find(used_options, code) - used_options.begin());
  }
  std::array<Option, used_options.size()> options_;
};

/// Reads one field of options up to its end mark, or to its last byte: the mark is left out by some.
bool read_options(Bytes field, Options& options, Notes& notes) {
  ByteReader reader(field);
  while (reader.remaining() > 0) {
    const Bytes rest = field.subspan(reader.offset());
    const std::uint8_t code = reader.u8();
    if (code == option_end) return true;
    if (code == option_pad) continue;
    const Bytes content = reader.take(reader.u8());
    if (!reader.ok()) return notes.wrong(rest, "option {} runs past the end", code);
    if (!options.add(code, content))
      return notes.wrong(rest, "option {}, its parts joined, is longer than anybody writes", code);
    if (notes.asked()) [[unlikely]]
      notes.part(rest.first(content.size() + 2), option_words(code, content));
  }
  return true;
}

/// Options first, then `file`, then `sname` (RFC 2131 section 4.1).
bool read_all_options(Bytes field, Bytes file, Bytes name, Options& options, Notes& notes) {
  if (!read_options(field, options, notes)) return false;
  if (!options.has(option_overload)) return true;
  const Bytes which = options.of(option_overload);
  if (which.size() != 1 || which[0] < 1 || which[0] > 3)
    return notes.wrong(options.part_of(option_overload), "option 52 says neither 1, 2 nor 3");
  const unsigned fields = which[0];
  return ((fields & 1U) == 0 || read_options(file, options, notes)) &&
         ((fields & 2U) == 0 || read_options(name, options, notes));
}

/// Whether an option that is there has the length of its kind.
bool is_of_length(const Options& options, std::uint8_t code, std::size_t length, Notes& notes) {
  if (!options.has(code) || options.of(code).size() == length) return true;
  return notes.wrong(options.part_of(code), "option {} has not the length of its kind", code);
}

bool read_address(const Options& options, std::uint8_t code, std::optional<net::IpAddress>& address,
                  Notes& notes) {
  if (!is_of_length(options, code, 4, notes)) return false;
  if (options.has(code)) address = net::IpAddress::from_bytes(options.of(code));
  return true;
}

/// RFC 4702 section 2: flags, two result codes, and the name as ASCII or, where E is set, as labels.
bool read_domain_name(const Options& options, Texts texts, Message& out, Notes& notes) {
  if (!options.has(option_domain_name)) return true;
  const Bytes bytes = options.of(option_domain_name);
  constexpr std::size_t head = 3;
  constexpr unsigned encoded = 0x04;
  if (bytes.size() < head)
    return notes.wrong(options.part_of(option_domain_name),
                       "option 81 is shorter than its flags and result codes");
  if (texts == Texts::pass_over) return true;
  const Bytes name = bytes.subspan(head);
  out.domain_name = (bytes[0] & encoded) != 0 ? text_of_labels(name) : text_of(name);
  return true;
}

bool take_options(const Options& options, Texts texts, Message& out, Bytes field, Notes& notes) {
  if (!options.has(option_type)) return notes.wrong(field, "no option 53: BOOTP, and no DHCP message");
  if (!is_of_length(options, option_type, 1, notes)) return false;
  out.type = static_cast<Type>(options.of(option_type)[0]);
  if (!is_of_length(options, option_lease_time, 4, notes)) return false;
  if (options.has(option_lease_time)) {
    ByteReader time(options.of(option_lease_time));
    out.lease_time = std::chrono::seconds(time.u32());
  }
  const Bytes identifier = options.of(option_client_identifier);
  out.client_identifier.assign(identifier.begin(), identifier.end());
  if (texts == Texts::read) out.host_name = text_of(options.of(option_host_name));
  return read_address(options, option_requested_address, out.requested_address, notes) &&
         read_address(options, option_server, out.server, notes) &&
         read_domain_name(options, texts, out, notes);
}

/// Whether what stands before the options is that of a DHCP message.
bool is_dhcp(Bytes message, Notes& notes) {
  enum : std::uint8_t { op_at = 0, hlen_at = 2, cookie_at = 236 };
  ByteReader reader(message);
  const std::uint8_t operation = reader.u8();
  reader.skip(1);
  const std::size_t hardware_length = reader.u8();
  reader.skip(cookie_at - reader.offset());
  if (reader.u32() != cookie)
    return notes.wrong(message.subspan(cookie_at), "no magic cookie 63 82 53 63 (RFC 2131 section 3)");
  if (operation < 1 || operation > 2)
    return notes.wrong(message.subspan(op_at), "op {} is neither BOOTREQUEST nor BOOTREPLY", operation);
  if (hardware_length > hardware_field)
    return notes.wrong(message.subspan(hlen_at), "hlen {} is more than chaddr has room for", hardware_length);
  return true;
}

[[gnu::cold]] void note_fixed_part(const Message& message, Bytes fixed, Notes& notes) {
  std::string meaning =
      fmt::format("{}, xid 0x{:08x}", message.reply ? "BOOTREPLY" : "BOOTREQUEST", message.transaction);
  meaning += message.mac ? ", chaddr " + message.mac->to_string() : ", chaddr is no Ethernet address";
  const auto add = [&meaning](std::string_view field, const net::IpAddress& address) {
    if (!address.is_unspecified()) meaning += fmt::format(", {} {}", field, address.to_string());
  };
  add("ciaddr", message.client_address);
  add("yiaddr", message.your_address);
  add("giaddr", message.relay_address);
  notes.part(fixed, std::move(meaning));
}

}  // namespace

Result<Message, DecodeError> parse(Bytes message, Texts texts, Trace* trace) {
  Notes notes("dhcp", message, trace);
  ByteReader reader(message);
  Message out;
  out.reply = reader.u8() == 2;
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
  reader.skip(4);  // the cookie
  if (!reader.ok()) {
    notes.wrong(message.last(0), "ends before its fixed part does, after {} bytes", message.size());
    return notes.refuse(Malformation::truncated);
  }
  if (!is_dhcp(message, notes)) return notes.refuse(Malformation::dhcp_message);
  if (hardware == hardware_ethernet && hardware_length == 6)
    out.mac = net::MacAddress::from_bytes(chaddr.first(6));
  if (notes.asked()) [[unlikely]]
    note_fixed_part(out, message.first(reader.offset()), notes);

  const Bytes field = reader.rest();
  Options options;
  if (!read_all_options(field, file, name, options, notes) ||
      !take_options(options, texts, out, field, notes))
    return notes.refuse(Malformation::dhcp_option);
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
  Bytes whole;  ///< with its code and length
};

/// Options one after the other (section 21.1).
class Options {
 public:
  Options(Bytes field, Notes& notes) : field_(field), reader_(field), notes_(notes) {}
  [[nodiscard]] bool at_end() const { return reader_.remaining() == 0; }
  /// The next one; nothing when it is cut.
  std::optional<Option> next() {
    const Bytes rest = field_.subspan(reader_.offset());
    Option option;
    option.code = reader_.u16();
    option.content = reader_.take(reader_.u16());
    if (!reader_.ok()) {
      notes_.wrong(rest, "option {} runs past the end of what it stands in", option.code);
      return std::nullopt;
    }
    option.whole = rest.first(option.content.size() + 4);
    if (notes_.asked()) [[unlikely]]
      notes_.part(option.whole, option_words(option.code, option.content));
    return option;
  }

 private:
  Bytes field_;
  ByteReader reader_;
  Notes& notes_;
};

/// A status code option's number (RFC 8415 section 21.13).
std::optional<std::uint16_t> status_of(Bytes content, Notes& notes) {
  ByteReader reader(content);
  const std::uint16_t status = reader.u16();
  if (reader.ok()) return status;
  notes.wrong(content, "option 13 has no status code");
  return std::nullopt;
}

/// Whether the options that stand within another can be read and hold no status but success; nothing when
/// they cannot.
std::optional<bool> is_granted(Bytes field, Notes& notes) {
  bool granted = true;
  for (Options options(field, notes); !options.at_end();) {
    const auto option = options.next();
    if (!option) return std::nullopt;
    if (option->code != option_status) continue;
    const auto status = status_of(option->content, notes);
    if (!status) return std::nullopt;
    granted = granted && *status == 0;
  }
  return granted;
}

bool read_address(Bytes content, bool temporary, std::vector<Address>& addresses, Notes& notes) {
  ByteReader reader(content);
  const auto address = net::IpAddress::from_bytes(reader.take(16));
  reader.skip(4);  // preferred lifetime
  const std::chrono::seconds valid(reader.u32());
  if (!reader.ok() || !address) return notes.wrong(content, "option 5 ends before its lifetimes do");
  const auto granted = is_granted(reader.rest(), notes);
  if (!granted) return false;
  if (*granted && addresses.size() < most_addresses) addresses.push_back({*address, valid, temporary});
  return true;
}

/// IA_NA (section 21.4) and IA_TA (section 21.5). Its own status counts wherever it stands among the
/// addresses.
bool read_association(Bytes content, bool temporary, Message& out, Notes& notes) {
  ByteReader reader(content);
  reader.skip(temporary ? 4 : 12);  // IAID; T1 and T2
  if (!reader.ok()) return notes.wrong(content, "an identity association ends before its IAID and times do");
  bool granted = true;
  std::vector<Address> addresses;
  for (Options options(reader.rest(), notes); !options.at_end();) {
    const auto option = options.next();
    if (!option) return false;
    if (option->code == option_status) {
      const auto status = status_of(option->content, notes);
      if (!status) return false;
      granted = granted && *status == 0;
    }
    if (option->code == option_address && !read_address(option->content, temporary, addresses, notes))
      return false;
  }
  if (!granted) return true;
  const std::size_t room = most_addresses - std::min(most_addresses, out.addresses.size());
  addresses.resize(std::min(addresses.size(), room));
  out.addresses.insert(out.addresses.end(), addresses.begin(), addresses.end());
  return true;
}

bool read_option(const Option& option, Texts texts, Message& out, Notes& notes) {
  switch (option.code) {
    case option_client_duid:
      if (option.content.size() < 3 || option.content.size() > longest_duid)
        return notes.wrong(option.whole, "a DUID of {} bytes", option.content.size());
      out.client_duid.assign(option.content.begin(), option.content.end());
      return true;
    case option_ia_na:
      return read_association(option.content, false, out, notes);
    case option_ia_ta:
      return read_association(option.content, true, out, notes);
    case option_status:
      out.status = status_of(option.content, notes);
      return out.status.has_value();
    case option_domain_name:
      if (option.content.empty()) return notes.wrong(option.whole, "option 39 has no flags");
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
std::optional<Bytes> open_relay(Bytes message, Message& out, Notes& notes) {
  ByteReader reader(message);
  reader.skip(1 + 1 + 16);  // type, hop count, link address
  const auto peer = net::IpAddress::from_bytes(reader.take(16));
  if (!reader.ok() || !peer) {
    notes.wrong(message, "a relay message ends before its peer address does");
    return std::nullopt;
  }
  if (notes.asked()) [[unlikely]]
    notes.part(message.first(reader.offset()), relay_words(message));
  out.peer = peer;
  out.relayed_mac.reset();
  std::optional<Bytes> carried;
  for (Options options(reader.rest(), notes); !options.at_end();) {
    const auto option = options.next();
    if (!option) return std::nullopt;
    if (option->code == option_relay_message) carried = option->content;
    if (option->code == option_link_layer) out.relayed_mac = read_link_layer(option->content);
  }
  if (!carried) notes.wrong(message, "a relay message that carries none (option 9)");
  return carried;
}

bool is_relay(std::uint8_t type) {
  return type == static_cast<std::uint8_t>(Type::relay_forward) ||
         type == static_cast<std::uint8_t>(Type::relay_reply);
}

}  // namespace

Result<Message, DecodeError> parse(Bytes message, Texts texts, Trace* trace) {
  Notes notes("dhcpv6", message, trace);
  Message out;
  Bytes inner = message;
  while (!inner.empty() && is_relay(inner[0])) {
    if (out.relays == most_relays) {
      notes.wrong(inner, "more than {} relay messages about it", most_relays);
      return notes.refuse(Malformation::dhcp_message);
    }
    ++out.relays;
    const auto carried = open_relay(inner, out, notes);
    if (!carried) return notes.refuse(Malformation::dhcp_option);
    inner = *carried;
  }
  ByteReader reader(inner);
  const std::uint8_t type = reader.u8();
  out.transaction = reader.u24();
  if (!reader.ok()) {
    notes.wrong(inner, "ends before its transaction id does");
    return notes.refuse(Malformation::truncated);
  }
  if (type == 0) {
    notes.wrong(inner, "msg-type 0 is none");
    return notes.refuse(Malformation::dhcp_message);
  }
  out.type = static_cast<Type>(type);
  if (notes.asked()) [[unlikely]]
    notes.part(inner.first(reader.offset()),
               fmt::format("{}, transaction 0x{:06x}", to_string(out.type), out.transaction));
  for (Options options(reader.rest(), notes); !options.at_end();) {
    const auto option = options.next();
    if (!option || !read_option(*option, texts, out, notes)) return notes.refuse(Malformation::dhcp_option);
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
