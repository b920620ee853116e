// Several lists of names as one file that is mapped: which of them list a name, by which of their entries.
// It borrows the file, is immutable, and may be read from any thread.
#pragma once

#include "edgewatch/classify/name_index.hpp"
#include "edgewatch/model/ids.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace edgewatch::classify {

/// Which names an entry speaks of.
enum class Reach : std::uint8_t {
  itself = 1,  ///< that name alone
  below = 2,   ///< only what lies below it
  both = 3,    ///< the name and everything below it
};
enum class ListVerdict : std::uint8_t {
  listed,
  excepted,  ///< not listed, though a name above it is
};

/// What one list says of a name.
struct ListClaim {
  std::uint8_t list = 0;  ///< by its place in the set
  Reach reach = Reach::both;
  ListVerdict verdict = ListVerdict::listed;
  auto operator<=>(const ListClaim&) const = default;
};

class ListSet {
 public:
  static constexpr std::size_t most_lists = 64;
  struct List {
    std::string name;
    model::Category category;
    std::uint32_t edition = 0;
    bool operator==(const List&) const = default;
  };
  struct Match {
    std::size_t list = 0;
    std::string_view name;   ///< of the entry; good as long as the file
    std::uint32_t line = 0;  ///< of the entry; 0 where its place is known of another list alone
    bool operator==(const Match&) const = default;
  };
  using Matches = std::vector<Match>;

  ListSet() = default;  ///< of no list
  /// Of a file that begins where a line of the processor's cache does. Nothing where it is damaged or cut.
  [[nodiscard]] static std::optional<ListSet> over(Bytes file);
  /// The lists that a file says it is of, from its beginning alone; nothing where that is damaged or ends too
  /// soon. Of the names nothing is known then.
  [[nodiscard]] static std::optional<std::vector<List>> said_by(std::string_view beginning);

  [[nodiscard]] const std::vector<List>& lists() const { return lists_; }
  [[nodiscard]] std::size_t size() const { return names_.size(); }
  /// Of what the lists say, whatever file it is in; empty of no list.
  [[nodiscard]] const model::Revision& revision() const { return revision_; }
  /// The lists that list a name, the longest entry first: of each the longest entry that reaches the name
  /// decides, an exception before a listing. Nothing is allocated where no entry is at or above the name.
  [[nodiscard]] Matches match(const net::HostName& name) const;

  /// A name that lists speak of, and all they say of it.
  struct Entry {
    std::string_view name;              ///< as HostName::text; good as long as the file
    std::span<const ListClaim> claims;  ///< exceptions first; good as long as the set
    std::uint32_t line = 0;             ///< in the first of their lists
  };
  /// Every name, in the order of their bytes: visit(Entry). Nothing is allocated. A file that was forged
  /// under a right sum is read as far as it holds names of this form, and no further.
  template <class Visit>
  void for_each(Visit visit) const {
    for (std::uint32_t record = names_.begin(); record < names_.end(); record = names_.after(record)) {
      const std::optional<Entry> entry = at(record);
      if (!entry) return;
      visit(*entry);
    }
  }

 private:
  [[nodiscard]] bool read_line(std::string_view line);
  /// Where the names begin; 0 where the head is damaged or not all there.
  [[nodiscard]] std::size_t read_head(std::string_view text);
  [[nodiscard]] std::optional<Entry> at(std::uint32_t record) const;

  model::Revision revision_;
  std::vector<List> lists_;
  std::vector<std::vector<ListClaim>> claims_;  ///< by value in `names_`
  NameTable names_;
};

/// Puts a set together, name by name.
class ListSetBuilder {
 public:
  /// Precondition: at most ListSet::most_lists.
  ListSetBuilder(std::vector<ListSet::List> lists, HashKey key, NameIndex::Room room);
  /// What the lists say of a name, and the line of the first of them. Once a name; preconditions as
  /// NameIndex.
  void add(std::string_view name, const std::vector<ListClaim>& claims, std::uint32_t line);
  /// The file piece by piece. Once, when all are added.
  void write(const std::function<void(std::string_view)>& put);
  /// The same in one.
  [[nodiscard]] std::string file();

 private:
  [[nodiscard]] std::uint32_t number_of(const std::vector<ListClaim>& claims);

  std::vector<ListSet::List> lists_;
  std::map<std::vector<ListClaim>, std::uint32_t> numbers_;
  std::vector<ListClaim> last_;  ///< what was said of the last name, and its number: most names are alike
  std::uint32_t last_number_ = 0;
  NameIndex names_;
};

}  // namespace edgewatch::classify
