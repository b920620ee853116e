#include "edgewatch/wire/http.hpp"

#include "edgewatch/base/text.hpp"
#include "edgewatch/net/address.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace edgewatch::wire {
namespace {

constexpr std::size_t max_head = 16384;
constexpr std::size_t max_method = 1024;  // servers take whatever their buffer holds

using Outcome = std::variant<HttpNeedMore, NotHttp, NoHost, net::HostName, DecodeError>;

/// tchar of RFC 9110 section 5.6.2.
constexpr std::array<bool, 256> token_characters = [] {
  std::array<bool, 256> table{};
  for (const unsigned char c : std::string_view("!#$%&'*+-.^_`|~0123456789"
                                                "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    table[c] = true;
  return table;
}();
bool is_token_character(char c) { return token_characters[static_cast<unsigned char>(c)]; }
bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_character);
}
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_control(char c) { return static_cast<unsigned char>(c) < ' '; }

/// Lines of a head: ended by CRLF, or by LF alone as RFC 9112 section 2.2 allows.
class Lines {
 public:
  Lines(std::string_view text, std::size_t start) : text_(text), at_(start), start_(start) {}
  /// The next whole line without its end; nothing when there is none yet.
  std::optional<std::string_view> next() {
    const auto end = text_.find('\n', at_);
    if (end == std::string_view::npos) return std::nullopt;
    auto line = text_.substr(at_, end - at_);
    start_ = at_;
    at_ = end + 1;
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
  }
  [[nodiscard]] std::size_t start() const { return start_; }

 private:
  std::string_view text_;
  std::size_t at_;
  std::size_t start_;
};

struct RequestLine {
  std::string_view method, target;
};

/// `method SP request-target SP HTTP/1.x` (RFC 9112 section 3), with as many spaces as servers step over.
std::optional<RequestLine> read_request_line(std::string_view line) {
  const auto method_end = line.find(' ');
  const auto target_at = line.find_first_not_of(' ', method_end);
  const auto target_end = line.find(' ', target_at);
  const auto version_at = line.find_first_not_of(' ', target_end);
  if (version_at == std::string_view::npos) return std::nullopt;  // as wherever nothing was found before
  const RequestLine out{line.substr(0, method_end), line.substr(target_at, target_end - target_at)};
  const auto version = line.substr(version_at);
  // What follows the version number servers step over, so it is stepped over here; but not control
  // characters, which a request line that has not ended yet may not have either.
  const bool is_http = version.size() >= 8 && version.starts_with("HTTP/1.") && is_digit(version[7]) &&
                       std::none_of(version.begin(), version.end(), is_control);
  const bool target_is_sound = std::none_of(out.target.begin(), out.target.end(), [](char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == '\x7f';
  });
  if (!is_http || !target_is_sound || !is_token(out.method) || out.method.size() > max_method)
    return std::nullopt;
  return out;
}

/// Whether a line that has not ended yet may still become a request line.
bool may_become_request_line(std::string_view begun) {
  const auto space = begun.find(' ');
  const auto method = begun.substr(0, space);
  if (space == std::string_view::npos && begun.size() <= max_method)
    return std::all_of(begun.begin(), begun.end(), is_token_character);
  return method.size() <= max_method && is_token(method) &&
         std::none_of(begun.begin(), begun.end() - (begun.ends_with('\r') ? 1 : 0), is_control);
}

/// The host of `host [":" port]` (RFC 3986 section 3.2.2); empty when the authority cannot be read.
std::optional<std::string_view> host_of(std::string_view authority) {
  std::string_view host = authority;
  std::string_view port;
  if (authority.starts_with('[')) {
    const auto close = authority.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    host = authority.substr(1, close - 1);
    port = authority.substr(close + 1);
    if (!net::IpAddress::parse(host) || (!port.empty() && port.front() != ':')) return std::nullopt;
  } else if (const auto colon = authority.find(':'); colon != std::string_view::npos) {
    host = authority.substr(0, colon);
    port = authority.substr(colon);
  }
  if (!port.empty()) port.remove_prefix(1);
  if (host.empty() || !std::all_of(port.begin(), port.end(), is_digit)) return std::nullopt;
  const bool has_delimiter = host.find_first_of("/?#@, \t\\\"<>") != std::string_view::npos;
  if (has_delimiter) return std::nullopt;
  return host;
}

/// The authority in the request target: absolute form or CONNECT's authority form (RFC 9112 section 3.2);
/// empty when it has none.
std::string_view authority_of(const RequestLine& request) {
  if (request.method == "CONNECT") return request.target;
  const auto scheme = request.target.find("://");
  if (request.target.starts_with('/') || scheme == std::string_view::npos) return {};
  auto authority = request.target.substr(scheme + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) authority.remove_prefix(at + 1);
  return authority;
}

Outcome name_of(std::string_view authority, std::size_t offset) {
  if (authority.empty()) return NoHost{};
  if (const auto host = host_of(authority))
    if (auto name = net::HostName::from_dotted(*host)) return std::move(*name);
  return DecodeError{Malformation::http_host, offset};
}

bool is_host_field(std::string_view name) {
  constexpr std::string_view expected = "host";
  return std::equal(name.begin(), name.end(), expected.begin(), expected.end(),
                    [](char a, char b) { return (a | 0x20) == b; });
}

/// The host by the request target or else by the Host field among the field lines up to the empty line: a
/// server must not look at the field where the target names an authority (RFC 9112 section 3.2.2).
Outcome read_fields(Lines& lines, const RequestLine& request) {
  std::optional<std::string_view> host;
  std::size_t host_at = 0;
  while (const auto line = lines.next()) {
    const auto refuse = [&](Malformation kind) { return DecodeError{kind, lines.start()}; };
    if (line->empty()) {
      const auto target = authority_of(request);
      // Of CONNECT it is no authority without a port (RFC 9112 section 3.2.3).
      const bool is_whole = request.method != "CONNECT" || target.find(':') != std::string_view::npos;
      if (!target.empty() && (is_whole || !host)) return name_of(target, 0);
      return host ? name_of(*host, host_at) : Outcome(NoHost{});
    }
    // A NUL or a bare CR is read differently by different servers; a folded line too (RFC 9112 sections 2.2
    // and 5.2).
    const bool has_odd_byte =
        line->find('\0') != std::string_view::npos || line->find('\r') != std::string_view::npos;
    if (has_odd_byte || line->front() == ' ' || line->front() == '\t')
      return refuse(Malformation::http_request);
    const auto colon = line->find(':');
    if (colon == std::string_view::npos) continue;
    const auto name = line->substr(0, colon);
    if (!is_host_field(trim(name))) continue;
    if (!is_host_field(name)) return refuse(Malformation::http_request);  // `Host :` (RFC 9112 section 5.1)
    const auto value = trim(line->substr(colon + 1));
    if (host && ascii_lower(*host) != ascii_lower(value)) return refuse(Malformation::http_host);
    host = value;
    host_at = lines.start();
  }
  return HttpNeedMore{};
}

Outcome read_head(std::string_view text) {
  // RFC 9112 section 2.2: an empty line before a request is ignored; old clients send one after a body, and
  // servers take as many as there are.
  const std::size_t start = text.find_first_not_of("\r\n");
  if (start == std::string_view::npos) return HttpNeedMore{};
  const auto begun = text.substr(start);
  Lines lines(text, start);
  const auto first = lines.next();
  if (!first) {
    if (may_become_request_line(begun)) return HttpNeedMore{};
    return NotHttp{};
  }
  const auto request = read_request_line(*first);
  if (!request) return NotHttp{};
  return read_fields(lines, *request);
}

}  // namespace

Outcome read_http_host(Bytes prefix) {
  const std::size_t size = std::min(prefix.size(), max_head);
  auto outcome = read_head({reinterpret_cast<const char*>(prefix.data()), size});
  if (prefix.size() >= max_head && std::holds_alternative<HttpNeedMore>(outcome))
    return DecodeError{Malformation::http_request, max_head};
  return outcome;
}

}  // namespace edgewatch::wire
