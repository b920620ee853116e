#include "list_protected.hpp"

#include <array>

#include <fmt/format.h>

namespace edgewatch::config {
namespace {

/// Public bodies a council works with, and the names of addresses: nothing at, above or below them is listed.
constexpr std::array<std::string_view, 12> always{"gov.uk",    "nhs.uk",     "police.uk",    "parliament.uk",
                                                  "mod.uk",    "gov.scot",   "nhs.scot",     "gov.wales",
                                                  "nhs.wales", "llyw.cymru", "judiciary.uk", "arpa"};

/// Where the machines' updates come from, who signs them in and who says whether a certificate still holds:
/// the hosts that are asked lie below these names, and no list rightly has one of them.
constexpr std::array<std::string_view, 79> services{
    // Sign-in.
    "login.microsoftonline.com",
    // Updates.
    "windowsupdate.com",
    "windowsupdate.microsoft.com",
    "update.microsoft.com",
    "delivery.mp.microsoft.com",
    "definitionupdates.microsoft.com",
    "officecdn.microsoft.com",
    "dl.google.com",
    "update.googleapis.com",
    "swscan.apple.com",
    "swcdn.apple.com",
    "swdist.apple.com",
    "mesu.apple.com",
    "gdmf.apple.com",
    "updates.cdn-apple.com",
    "updates-http.cdn-apple.com",
    "aus5.mozilla.org",
    "archive.ubuntu.com",
    "security.ubuntu.com",
    "deb.debian.org",
    "security.debian.org",
    // Whether a certificate still holds (RFC 6960, RFC 5280).
    "ocsp.digicert.com",
    "crl3.digicert.com",
    "crl4.digicert.com",
    "cacerts.digicert.com",
    "digitalcertvalidation.com",
    "ocsp.globalsign.com",
    "ocsp2.globalsign.com",
    "crl.globalsign.com",
    "crl.globalsign.net",
    "secure.globalsign.com",
    "ocsp.sectigo.com",
    "crl.sectigo.com",
    "crt.sectigo.com",
    "ocsp.usertrust.com",
    "crl.usertrust.com",
    "crt.usertrust.com",
    "ocsp.comodoca.com",
    "crl.comodoca.com",
    "ocsp.entrust.net",
    "crl.entrust.net",
    "aia.entrust.net",
    "ocsp.godaddy.com",
    "crl.godaddy.com",
    "certificates.godaddy.com",
    "ocsp.starfieldtech.com",
    "crl.starfieldtech.com",
    "pki.goog",
    "o.lencr.org",
    "c.lencr.org",
    "i.lencr.org",
    "amazontrust.com",
    "ocsp.identrust.com",
    "validation.identrust.com",
    "ocsp.verisign.com",
    "crl.verisign.com",
    "symcb.com",
    "symcd.com",
    "status.geotrust.com",
    "ocsp.geotrust.com",
    "crl.geotrust.com",
    "cdp.geotrust.com",
    "status.thawte.com",
    "ocsp.thawte.com",
    "crl.thawte.com",
    "status.rapidssl.com",
    "cdp.rapidssl.com",
    "ocsp.quovadisglobal.com",
    "crl.quovadisglobal.com",
    "ocsp.apple.com",
    "ocsp2.apple.com",
    "crl.apple.com",
    "msocsp.com",
    "oneocsp.microsoft.com",
    "crl.microsoft.com",
    "mscrl.microsoft.com",
    // The time, and the root of the names.
    "pool.ntp.org",
    "time.apple.com",
    "root-servers.net",
};

/// Names that machines cannot be without, themselves alone: lists of advertisements rightly have names below
/// many of them. A council's own are for `protected`.
constexpr std::array<std::string_view, 22> hosts{
    "microsoft.com",
    "office.com",
    "office365.com",
    "sharepoint.com",
    "windows.com",
    "login.live.com",
    "login.windows.net",
    "login.microsoft.com",
    "download.microsoft.com",
    "google.com",
    "accounts.google.com",
    "googleapis.com",
    "gstatic.com",
    "apple.com",
    "icloud.com",
    "appleid.apple.com",
    "lencr.org",
    "time.windows.com",
    "pypi.org",
    "files.pythonhosted.org",
    "registry.npmjs.org",
    "download.mozilla.org",
};

/// Resolvers that councils forward to, and machines ask where nobody told them another; some give every
/// customer, or every kind of filter, a name below.
constexpr std::array<std::string_view, 14> resolvers{
    "cloudflare-dns.com", "dns.cloudflare.com", "one.one.one.one",  "dns.google",           "dns.google.com",
    "dns.quad9.net",      "dns9.quad9.net",     "dns10.quad9.net",  "dns11.quad9.net",      "dns12.quad9.net",
    "dns.nextdns.io",     "doh.opendns.com",    "doh.umbrella.com", "resolver1.opendns.com"};

bool reaches(Reach reach, Reach what) {
  return (static_cast<unsigned>(reach) & static_cast<unsigned>(what)) != 0;
}

}  // namespace

ProtectedNames::ProtectedNames(const ListGuards& guards) {
  for (const std::string_view zone : always) zones_.emplace(zone);
  for (const std::string_view zone : services) zones_.emplace(zone);
  for (const net::HostName& name : guards.own) zones_.emplace(name.text());
  if (guards.resolvers == Resolvers::are_protected) {
    for (const std::string_view zone : resolvers) zones_.emplace(zone);
  }
  for (const std::string_view name : hosts) names_.emplace(name);
  const auto climb = [this](std::string_view name) {
    for (std::size_t dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.')) {
      name.remove_prefix(dot + 1);
      above_.emplace(name);
    }
  };
  for (const std::string& name : names_) climb(name);
  for (const std::string& zone : zones_) climb(zone);
}

const std::string* ProtectedNames::zone_of(std::string_view name) const {
  for (;;) {
    if (const auto zone = zones_.find(name); zone != zones_.end()) return &*zone;
    const std::size_t dot = name.find('.');
    if (dot == std::string_view::npos) return nullptr;
    name.remove_prefix(dot + 1);
  }
}

std::optional<std::string> ProtectedNames::hidden_by(const ListEntry& entry) const {
  if (entry.verdict == ListVerdict::excepted) return std::nullopt;
  if (const std::string* zone = zone_of(entry.name)) {
    return *zone == entry.name ? fmt::format("'{}' is protected", entry.name)
                               : fmt::format("'{}' is of the protected '{}'", entry.name, *zone);
  }
  if (reaches(entry.reach, Reach::itself) && names_.contains(entry.name))
    return fmt::format("'{}' is protected", entry.name);
  if (reaches(entry.reach, Reach::below) && above_.contains(entry.name))
    return fmt::format("below '{}' are protected names", entry.name);
  return std::nullopt;
}

}  // namespace edgewatch::config
