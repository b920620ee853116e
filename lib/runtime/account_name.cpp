#include "account_name.hpp"

#include "edgewatch/base/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include <fmt/format.h>

namespace edgewatch::runtime {
namespace {

constexpr std::size_t longest_name = 256;

/// Plain text that comes out of the spool as it went in: terminal_text() leaves it alone, and no spreadsheet
/// would take it for a formula.
bool is_readable(std::string_view name) {
  constexpr std::string_view formula = "=+-@'";
  return name.size() <= longest_name && trim(name) == name && terminal_text(name) == name &&
         (name.empty() || formula.find(name.front()) == std::string_view::npos);
}

bool is_service(std::string_view name, const std::vector<std::string>& services) {
  return std::ranges::any_of(services, [name](const std::string& service) {
    if (service.ends_with('*'))
      return name.starts_with(std::string_view(service).substr(0, service.size() - 1));
    return name == service;
  });
}

/// Windows' own: the window manager's and the font driver's sessions log on as if somebody sat there.
bool is_windows_own(std::string_view user, std::string_view domain) {
  constexpr std::array<std::string_view, 6> domains{"nt authority", "nt service",       "window manager",
                                                    "iis apppool",  "font driver host", "nt virtual machine"};
  constexpr std::array<std::string_view, 3> users{"system", "local service", "network service"};
  return std::ranges::find(domains, domain) != domains.end() || user.starts_with("dwm-") ||
         user.starts_with("umfd-") || (domain.empty() && std::ranges::find(users, user) != users.end());
}

}  // namespace

Account judge_account(std::string_view user, std::string_view domain,
                      const std::vector<std::string>& services) {
  user = trim(user);
  domain = trim(domain);
  if (domain == "-") domain = {};
  const std::size_t at = user.find('@');
  const std::size_t slash = user.find('\\');
  const std::string_view bare = slash != std::string_view::npos ? user.substr(slash + 1) : user.substr(0, at);
  const std::string low = ascii_lower(bare);
  if (bare.empty() || bare == "-" || low == "anonymous" || low == "anonymous logon")
    return {AccountKind::anonymous, {}};
  if (bare.ends_with('$') || ascii_lower(user).starts_with("host/")) return {AccountKind::machine, {}};
  if (slash != std::string_view::npos) domain = user.substr(0, slash);
  if (is_windows_own(low, ascii_lower(domain))) return {AccountKind::system, {}};
  std::string name(user);
  if (at == std::string_view::npos && slash == std::string_view::npos && !domain.empty()) {
    const bool is_dns_name = domain.find('.') != std::string_view::npos;
    name = is_dns_name ? fmt::format("{}@{}", user, domain) : fmt::format("{}\\{}", domain, user);
  }
  if (!is_readable(name)) return {AccountKind::unreadable, {}};
  if (is_service(low, services) || is_service(ascii_lower(name), services)) return {AccountKind::service, {}};
  return {AccountKind::person, std::move(name)};
}

std::string session_text(std::string_view id) {
  std::string out;
  for (const char c : id) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       c == '.' || c == '_' || c == ':' || c == '-';
    if (plain) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<std::uint8_t>(c));
    }
  }
  return out;
}

}  // namespace edgewatch::runtime
