#include "edgewatch/config/list_edition.hpp"

#include <optional>

namespace edgewatch::config {
namespace {

/// A name after the other of all lists together, each with what every list says of it.
class Merge {
 public:
  explicit Merge(const std::vector<SetMember>& members) : members_(&members), at_(members.size()) {}

  struct Name {
    std::string_view text;
    std::vector<classify::ListClaim> claims;
    std::uint32_t line = 0;  ///< of the first list's first entry
  };
  /// False at the end.
  bool next(Name& name) {
    name.claims.clear();
    bool any = false;
    for (std::size_t i = 0; i < at_.size(); ++i) {
      if (const auto entry = entry_of(i); entry && (!any || entry->name < name.text)) {
        name.text = entry->name;
        any = true;
      }
    }
    if (!any) return false;
    for (std::size_t i = 0; i < at_.size(); ++i) {
      for (auto entry = entry_of(i); entry && entry->name == name.text; entry = entry_of(i)) {
        if (name.claims.empty()) name.line = entry->place.line;
        name.claims.push_back({static_cast<std::uint8_t>(i), entry->reach, entry->verdict});
        ++at_[i];
      }
    }
    return true;
  }

 private:
  [[nodiscard]] std::optional<ListEntry> entry_of(std::size_t member) const {
    const ParsedList& entries = *(*members_)[member].entries;
    if (at_[member] == entries.size()) return std::nullopt;
    return entries[at_[member]];
  }

  const std::vector<SetMember>* members_;
  std::vector<std::size_t> at_;
};

}  // namespace

std::string list_set_file(const std::vector<SetMember>& members, HashKey key) {
  std::vector<classify::ListSet::List> lists;
  lists.reserve(members.size());
  for (const SetMember& member : members) lists.push_back(member.list);
  classify::NameIndex::Room room;
  Merge::Name name;
  for (Merge merge(members); merge.next(name);) {
    ++room.names;
    room.characters += name.text.size();
  }
  classify::ListSetBuilder builder(std::move(lists), key, room);
  for (Merge merge(members); merge.next(name);) builder.add(name.text, name.claims, name.line);
  return builder.file();
}

}  // namespace edgewatch::config
