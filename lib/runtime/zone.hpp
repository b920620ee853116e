// Which names a resolver shall refuse, asked of the one decision that everything else asks too. Pure; any
// thread.
#pragma once

#include "edgewatch/config/configuration.hpp"
#include "edgewatch/enforce/zone_entry.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace edgewatch::runtime {

/// Every name at or below which a decision may be another than above it: hosts of the catalogue, names of
/// rules, and names on published lists.
class ZoneNames {
 public:
  explicit ZoneNames(config::Policies policies);
  ZoneNames(const ZoneNames&) = delete;
  ZoneNames& operator=(const ZoneNames&) = delete;

  using Take = std::function<void(const enforce::ZoneEntry&)>;
  /// Canaries (enforce::canaries) are refused whatever the rules say of them, or names like any other.
  enum class Canaries : std::uint8_t { refused, as_any_name };

  /// Entries by which a resolver refuses `who` at `at` exactly what the decision blocks: `take` is given each
  /// name once. One is told only where the answer changes, and where a name between two that are told would
  /// be an empty non-terminal (RFC 4592, 2.2.2), which wildcards do not reach.
  void tell(const model::Attribution& who, Timestamp at, Canaries canaries, const Take& take) const;
  /// The same for a zone that stands before that of `others`: what is told changes their answers into
  /// `who`'s, and of all else nothing is said.
  void tell_before(const model::Attribution& others, const model::Attribution& who, Timestamp at,
                   Canaries canaries, const Take& take) const;

  [[nodiscard]] std::size_t size() const { return names_.size(); }

 private:
  struct Answers;
  [[nodiscard]] Answers answers(const model::Attribution& who, Timestamp at, Canaries canaries,
                                const net::HostName& name) const;
  template <class Underneath>
  void walk(const model::Attribution& who, Timestamp at, Canaries canaries, Underneath underneath,
            const Take& take) const;

  config::Policies policies_;
  std::deque<std::string> own_;          ///< texts that lie in no list
  std::vector<std::string_view> names_;  ///< each behind those that it lies below
  std::string nobodys_label_ = "0";      ///< under no name a listed one begins with it
};

/// All of `tell`, where there are few.
[[nodiscard]] std::vector<enforce::ZoneEntry> zone_for(const ZoneNames& names, const model::Attribution& who,
                                                       Timestamp at, ZoneNames::Canaries canaries);

}  // namespace edgewatch::runtime
