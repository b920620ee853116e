// Names of things in our domain, each a type of its own so that one cannot be passed for another. Owned text;
// any thread.
#pragma once

#include <compare>
#include <functional>
#include <string>
#include <utility>

namespace edgewatch::model {

template <class Tag>
class Id {
 public:
  Id() = default;
  explicit Id(std::string text) : text_(std::move(text)) {}
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }
  auto operator<=>(const Id&) const = default;

 private:
  std::string text_;
};

using PersonId = Id<struct PersonTag>;  ///< `person` of people.csv: a token such as p17, never a display name
using ServiceId = Id<struct ServiceTag>;  ///< catalogue id, [a-z0-9-]+
using Category = Id<struct CategoryTag>;  ///< catalogue category, e.g. `social`
using RuleId = Id<struct RuleTag>;        ///< `id` of rules.toml
using Revision =
    Id<struct RevisionTag>;  ///< short digest of the files a catalogue or rule book was built from
using CaseReference = Id<struct CaseTag>;  ///< letters, digits and `-`

}  // namespace edgewatch::model

template <class Tag>
struct std::hash<edgewatch::model::Id<Tag>> {
  std::size_t operator()(const edgewatch::model::Id<Tag>& id) const noexcept {
    return std::hash<std::string>{}(id.text());
  }
};
