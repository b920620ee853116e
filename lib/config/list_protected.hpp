// Names that no list may take away. Private to config.
#pragma once

#include "edgewatch/config/list_guard.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

namespace edgewatch::config {

class ProtectedNames {
 public:
  /// Beside those that are always protected, the council's own with everything below them.
  explicit ProtectedNames(const ListGuards& guards);
  /// The protected name that a list with this entry would hide, in words; nothing where it hides none.
  [[nodiscard]] std::optional<std::string> hidden_by(const ListEntry& entry) const;

 private:
  /// Names are looked up as they lie in the list.
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  using Names = std::unordered_set<std::string, TextHash, std::equal_to<>>;
  [[nodiscard]] const std::string* zone_of(std::string_view name) const;
  Names zones_;  ///< protected with everything below
  Names names_;  ///< themselves alone
  Names above_;  ///< every name above one of either
};

}  // namespace edgewatch::config
