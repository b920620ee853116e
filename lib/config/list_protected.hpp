// Names that no list may take away. Private to config.
#pragma once

#include "edgewatch/config/list_guard.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace edgewatch::config {

class ProtectedNames {
 public:
  /// Beside those that are always protected, the council's own with everything below them.
  explicit ProtectedNames(const ListGuards& guards);
  /// The protected name that a list with this entry would hide, in words; nothing where it hides none.
  [[nodiscard]] std::optional<std::string> hidden_by(const ListEntry& entry) const;

 private:
  std::vector<std::string> zones_;
  /// Protected names, and every name above one.
  std::unordered_set<std::string> names_, above_;
};

}  // namespace edgewatch::config
