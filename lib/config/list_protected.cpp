#include "list_protected.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace edgewatch::config {
namespace {

/// Public bodies a council works with, and the names of addresses: nothing at, above or below them is listed.
constexpr std::array<std::string_view, 12> always{"gov.uk",    "nhs.uk",     "police.uk",    "parliament.uk",
                                                  "mod.uk",    "gov.scot",   "nhs.scot",     "gov.wales",
                                                  "nhs.wales", "llyw.cymru", "judiciary.uk", "arpa"};

/// Names that machines cannot be without, themselves alone: lists of advertisements rightly have names below
/// many of them. A council's own are for `protected`.
constexpr std::array<std::string_view, 54> hosts{
    // The makers, and where they sign people in.
    "microsoft.com",
    "office.com",
    "office365.com",
    "login.microsoftonline.com",
    "sharepoint.com",
    "windows.com",
    "google.com",
    "accounts.google.com",
    "googleapis.com",
    "gstatic.com",
    "apple.com",
    "icloud.com",
    "appleid.apple.com",
    // Updates.
    "windowsupdate.com",
    "download.windowsupdate.com",
    "update.microsoft.com",
    "delivery.mp.microsoft.com",
    "dl.google.com",
    "update.googleapis.com",
    "swscan.apple.com",
    "mesu.apple.com",
    "updates.cdn-apple.com",
    "aus5.mozilla.org",
    "archive.ubuntu.com",
    "security.ubuntu.com",
    "deb.debian.org",
    "security.debian.org",
    // Whether a certificate still holds (RFC 6960, RFC 5280).
    "ocsp.digicert.com",
    "crl3.digicert.com",
    "crl4.digicert.com",
    "ocsp.globalsign.com",
    "crl.globalsign.com",
    "ocsp.sectigo.com",
    "crl.sectigo.com",
    "ocsp.usertrust.com",
    "ocsp.comodoca.com",
    "ocsp.entrust.net",
    "crl.entrust.net",
    "ocsp.pki.goog",
    "c.pki.goog",
    "o.pki.goog",
    "lencr.org",
    "o.lencr.org",
    "c.lencr.org",
    "ocsp.apple.com",
    "ocsp2.apple.com",
    "ocsp.msocsp.com",
    "oneocsp.microsoft.com",
    "ocsp.rootca1.amazontrust.com",
    "ocsp.identrust.com",
    // The time, and the root of the names.
    "time.windows.com",
    "time.apple.com",
    "pool.ntp.org",
    "root-servers.net",
};

/// Themselves alone too: resolvers that councils forward to, and machines ask where nobody told them another.
constexpr std::array<std::string_view, 9> resolvers{
    "cloudflare-dns.com", "one.one.one.one", "dns.google",       "dns.google.com",       "dns.quad9.net",
    "dns.nextdns.io",     "doh.opendns.com", "doh.umbrella.com", "resolver1.opendns.com"};

bool is_at_or_below(std::string_view name, std::string_view zone) {
  return name.ends_with(zone) && (name.size() == zone.size() || name[name.size() - zone.size() - 1] == '.');
}

bool reaches(Reach reach, Reach what) {
  return (static_cast<unsigned>(reach) & static_cast<unsigned>(what)) != 0;
}

}  // namespace

ProtectedNames::ProtectedNames(const ListGuards& guards) : zones_(always.begin(), always.end()) {
  for (const net::HostName& name : guards.own) zones_.push_back(name.text());
  for (const std::string_view name : hosts) names_.emplace(name);
  if (guards.resolvers == Resolvers::are_protected) {
    for (const std::string_view name : resolvers) names_.emplace(name);
  }
  const auto climb = [this](std::string_view name) {
    for (std::size_t dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.')) {
      name.remove_prefix(dot + 1);
      above_.emplace(name);
    }
  };
  for (const std::string& name : names_) climb(name);
  for (const std::string& zone : zones_) climb(zone);
}

std::optional<std::string> ProtectedNames::hidden_by(const ListEntry& entry) const {
  if (entry.verdict == ListVerdict::excepted) return std::nullopt;
  const auto zone = std::find_if(zones_.begin(), zones_.end(),
                                 [&](const std::string& one) { return is_at_or_below(entry.name, one); });
  if (zone != zones_.end()) return fmt::format("'{}' is of the protected '{}'", entry.name, *zone);
  const std::string name(entry.name);
  if (reaches(entry.reach, Reach::itself) && names_.contains(name))
    return fmt::format("'{}' is protected", entry.name);
  if (reaches(entry.reach, Reach::below) && above_.contains(name))
    return fmt::format("below '{}' are protected names", entry.name);
  return std::nullopt;
}

}  // namespace edgewatch::config
