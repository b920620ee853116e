// What is kept of a list: its last ten editions, and a file that says which is active and what became of the
// last attempt. That file is replaced whole, so a list goes from one edition to another at once or not at
// all. One process at a time writes; throws std::system_error where the disk refuses.
#pragma once

#include "edgewatch/base/result.hpp"
#include "edgewatch/base/time.hpp"
#include "edgewatch/config/list.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace edgewatch::runtime {

inline constexpr std::size_t editions_kept = 10;

/// What became of a list's lines.
struct LinesRead {
  double parse_rate = 0;
  std::map<std::string, std::size_t> refused;  ///< by reason
};
struct ListEdition {
  unsigned number = 0;
  Timestamp at{};  ///< when it was accepted
  std::size_t entries = 0;
  std::string source;              ///< digest of what it was made from, and of how it was read
  bool rolled_back = false;        ///< an operator went back from it: the same text is not taken again
  std::optional<LinesRead> lines;  ///< of it; nothing of one that was kept before this was
};
struct ListSize {
  Timestamp from{};  ///< when an edition of this size became active
  std::size_t entries = 0;
};

struct ListState {
  unsigned active = 0;                ///< number of an edition; 0: none yet
  std::vector<ListEdition> editions;  ///< those kept, oldest first
  std::vector<ListSize> sizes;        ///< of the last 30 days, and the one before them
  std::string etag, last_modified;    ///< of what the active edition was made from
  std::string shape;  ///< how it was read; where lists.toml says otherwise now, it is read again
  std::optional<Timestamp> checked;  ///< last attempt
  std::string outcome;               ///< of it: updated, unchanged, refused, failed
  std::vector<std::string> errors;   ///< of it
  LinesRead lines;                   ///< of what was read last

  [[nodiscard]] const ListEdition* find(unsigned number) const;
  /// Entries of the edition active 30 days before `now`, or of the first since.
  [[nodiscard]] std::optional<std::size_t> baseline(Timestamp now) const;
  /// Makes one of the editions active, and leaves out those beyond the last ten.
  void activate(unsigned number, Timestamp now);
};

/// The edition before the active one among those kept; 0 where there is none.
[[nodiscard]] unsigned before_active(const ListState& state);

/// As it is kept.
[[nodiscard]] std::string state_text(const ListState& state);
/// What was written so; nothing where no ListStore wrote it.
[[nodiscard]] std::optional<ListState> read_state(std::string_view text);

class ListStore {
 public:
  ListStore(const std::filesystem::path& folder, const std::string& list) : folder_(folder / list) {}

  /// What is known; an empty state of a list that is new. In words where the file is damaged.
  [[nodiscard]] Result<ListState, std::string> load() const;
  /// Editions that the state does not name are removed then.
  void save(const ListState& state) const;

  /// In words where it is not there or damaged.
  [[nodiscard]] Result<config::ParsedList, std::string> edition(unsigned number) const;
  /// The same without reading more than its sum; nothing where it is whole.
  [[nodiscard]] std::optional<std::string> edition_damage(unsigned number) const;
  void write_edition(unsigned number, const config::ParsedList& list) const;
  /// On which lines of that edition these names are listed; of those that are not there, or where the edition
  /// is gone, nothing. Read line by line: an edition may be larger than what the asker should hold.
  using Lines = std::map<std::string, std::uint32_t, std::less<>>;
  [[nodiscard]] Lines lines_of(unsigned number, const std::set<std::string, std::less<>>& names) const;
  /// The list that was refused last, to be looked at.
  [[nodiscard]] Result<config::ParsedList, std::string> refused() const;
  void write_refused(const config::ParsedList& list) const;
  void forget_refused() const;

 private:
  [[nodiscard]] std::filesystem::path edition_file(unsigned number) const;
  std::filesystem::path folder_;
};

}  // namespace edgewatch::runtime
