#include "edgewatch/config/list_edition.hpp"

#include <cstddef>
#include <utility>

namespace edgewatch::config {
namespace {

/// Where one list is read.
struct Reading {
  explicit Reading(const ParsedList& list) : entries(&list) { go_to(0); }
  void go_to(std::size_t i) {
    at = i;
    if (at < entries->size()) entry = (*entries)[at];
  }
  [[nodiscard]] bool is_over() const { return at == entries->size(); }
  const ParsedList* entries;
  std::size_t at = 0;
  ListEntry entry;  ///< the one at `at`
};

/// A name after the other of all lists together, each with what every list says of it.
class Merge {
 public:
  explicit Merge(const std::vector<SetMember>& members) {
    for (const SetMember& member : members) readings_.emplace_back(*member.entries);
  }

  struct Name {
    std::string_view text;
    std::vector<classify::ListClaim> claims;
    std::uint32_t line = 0;  ///< of the first list's first entry
  };
  /// False at the end.
  bool next(Name& name) {
    const Reading* least = nullptr;
    for (const Reading& reading : readings_) {
      if (!reading.is_over() && (least == nullptr || reading.entry.name < least->entry.name))
        least = &reading;
    }
    if (least == nullptr) return false;
    name.text = least->entry.name;
    name.claims.clear();
    const auto is_next = [&](const Reading& reading) {
      return !reading.is_over() &&
             (reading.entry.name.data() == name.text.data() || reading.entry.name == name.text);
    };
    for (std::size_t i = 0; i < readings_.size(); ++i) {
      Reading& reading = readings_[i];
      for (; is_next(reading); reading.go_to(reading.at + 1)) {
        if (name.claims.empty()) name.line = reading.entry.place.line;
        name.claims.push_back({static_cast<std::uint8_t>(i), reading.entry.reach, reading.entry.verdict});
      }
    }
    return true;
  }

 private:
  std::vector<Reading> readings_;
};

classify::NameIndex::Room room_for(const std::vector<SetMember>& members) {
  classify::NameIndex::Room room;
  if (members.size() == 1) return {members[0].entries->size(), members[0].entries->characters()};
  Merge::Name name;
  for (Merge merge(members); merge.next(name);) {
    ++room.names;
    room.characters += name.text.size();
  }
  return room;
}

}  // namespace

void write_list_set(const std::vector<SetMember>& members, HashKey key,
                    const std::function<void(std::string_view)>& put) {
  std::vector<classify::ListSet::List> lists;
  lists.reserve(members.size());
  for (const SetMember& member : members) lists.push_back(member.list);
  classify::ListSetBuilder builder(std::move(lists), key, room_for(members));
  Merge::Name name;
  for (Merge merge(members); merge.next(name);) builder.add(name.text, name.claims, name.line);
  builder.write(put);
}

}  // namespace edgewatch::config
