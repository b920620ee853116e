// The catalogue of services: which service and role a name belongs to, and which line says so. It owns its
// text, is immutable once built, and may be read from any thread. Copies share what they hold.
#pragma once

#include "edgewatch/base/problem.hpp"
#include "edgewatch/base/result.hpp"
#include "edgewatch/classify/name_index.hpp"
#include "edgewatch/model/classification.hpp"
#include "edgewatch/net/address.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace edgewatch::classify {

/// A line of its service's file.
struct HostEntry {
  net::HostName host;
  model::Role role = model::Role::core;
  std::size_t line = 0;
  std::size_t column = 0;
};
/// An address at which a resolver over HTTPS is known to answer; a line of its service's file.
struct AddressEntry {
  net::IpAddress address;
  std::size_t line = 0;
  std::size_t column = 0;
};
struct ServiceDefinition {
  model::ServiceId id;
  std::string name;
  std::string family;
  model::Category category;
  bool record = true;
  std::vector<HostEntry> hosts;
  std::string file;
  std::size_t line = 0;
  std::size_t column = 0;
  std::vector<AddressEntry> addresses{};  ///< category `doh` alone: never the name of a flow, never use
};

/// The category of resolvers that go round the council's own.
inline constexpr std::string_view doh_category = "doh";
/// The category of tunnels.
inline constexpr std::string_view vpn_category = "vpn";
/// The category of names that stand outside for others in hellos with ECH (RFC 9849): never themselves the
/// site.
inline constexpr std::string_view outer_name_category = "ech";
/// iCloud Private Relay, whose names are the tunnel itself.
inline constexpr std::string_view private_relay_service = "icloud-private-relay";

/// The one service whose hosts belong to the machine and not to a person (TIME 2.2 `system`): update checks,
/// telemetry, sign-in pages, captive-portal probes. Its hosts have role `system`, nobody else's may, and it
/// is never recorded.
inline constexpr std::string_view system_service = "system";

/// Whether a use of this category may be kept: those of the shipped catalogue, and of lists, that tell
/// nothing of what UK GDPR Article 9 protects (health, sex life or orientation, religion, politics, union
/// membership, origin). A service of any other may be blocked and counted; a catalogue that would store it as
/// a person's use is refused.
[[nodiscard]] bool may_be_recorded(const model::Category& category);

/// Whether a rule or a catalogue entry for this name would take in strangers: a single label, or a suffix
/// under which anybody may register (ICANN section of the public suffix list, libpsl). `co.uk` is one,
/// `blogspot.com` is not: that is one service.
[[nodiscard]] bool is_public_suffix(const net::HostName& name);

class Catalogue {
 public:
  Catalogue() = default;  ///< empty: everything is unlisted
  /// Every mistake at once: an id twice or of another form, a host in two places, a public suffix, an address
  /// or unmatchable name as host, a service without hosts, name or category, a `system` role outside the
  /// system service, a service that would be recorded and is of no category that may be.
  static Result<Catalogue, Problems> build(std::vector<ServiceDefinition> services, model::Revision revision);

  /// A listed name stands for itself and everything below it; the longest match wins. Nothing when no entry
  /// matches.
  [[nodiscard]] std::optional<model::Classification> classify(const net::HostName& host) const;
  /// The same without copying or allocating, in O(labels): a pointer good as long as a copy of this
  /// catalogue, null when no entry matches. It says all of the service and role; the host that matched and
  /// its line are left empty.
  [[nodiscard]] const model::Classification* look_up(const net::HostName& host) const;
  /// Without their hosts.
  [[nodiscard]] const std::vector<ServiceDefinition>& services() const { return content_->services; }
  /// The hosts of the service at that place, as they were given but for the column.
  [[nodiscard]] std::vector<HostEntry> hosts(std::size_t service) const;
  /// Whether a service lists this address as that of a resolver.
  [[nodiscard]] bool is_resolver(const net::IpAddress& address) const {
    return content_->resolvers.contains(address);
  }
  /// The service that does; null where none does. Good as long as this catalogue; without its hosts.
  [[nodiscard]] const ServiceDefinition* resolver_at(const net::IpAddress& address) const;
  /// Null for an unknown id; good as long as this catalogue. Without its hosts.
  [[nodiscard]] const ServiceDefinition* find(const model::ServiceId& id) const;
  /// Whether any service has this category.
  [[nodiscard]] bool has_category(const model::Category& category) const;
  [[nodiscard]] const model::Revision& revision() const { return content_->revision; }

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>{}(text);
    }
  };
  struct Content {
    std::vector<ServiceDefinition> services;
    std::vector<model::Classification> classifications;  ///< one for each service and role
    std::vector<std::uint32_t> service_of;               ///< by classification, in `services`
    std::unordered_map<std::string, std::size_t, TextHash, std::equal_to<>> by_id;
    NameIndex hosts;                                            ///< by name, the place in `classifications`
    std::vector<std::uint32_t> first_host;                      ///< by service, in `hosts`
    std::unordered_map<net::IpAddress, std::size_t> resolvers;  ///< in `services`
    model::Revision revision;
  };
  [[nodiscard]] static std::uint32_t classification_of(Content& content, std::size_t service,
                                                       model::Role role);
  static void add_hosts(Content& content, std::size_t service, Problems& problems);

  /// Shared by copies: nothing of it changes once it is built.
  std::shared_ptr<const Content> content_ = std::make_shared<const Content>();
};

}  // namespace edgewatch::classify
