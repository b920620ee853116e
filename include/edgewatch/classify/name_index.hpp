// Which listed name a name is or lies below. Exact: a hit is compared with the stored name. Flat memory of
// offsets, 12 bytes a listed name beside its text; without its key nobody who writes lists or sends names can
// make it slow. Owns its text; immutable once filled, then read from any thread.
#pragma once

#include "edgewatch/base/hash.hpp"
#include "edgewatch/net/host_name.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edgewatch::classify {

/// What is found in an index, wherever it lies: in memory of its own, or in a file that is mapped. Borrows
/// it.
class NameTable {
 public:
  /// What a name is listed as, and where. Small numbers take little room.
  struct Entry {
    std::uint32_t value = 0;
    std::uint32_t line = 0;
    bool operator==(const Entry&) const = default;
  };
  struct Hit {
    std::string_view name;  ///< the listed one; good as long as the index and until the next add()
    Entry entry;
  };

  static constexpr std::size_t most_labels = 127;  ///< of a name (RFC 1035 section 2.3.4)

  NameTable() = default;  ///< of no name
  /// The index whose image this is, which begins where a line of the processor's cache does. Nothing where it
  /// is damaged, cut, of another version or of a machine that writes numbers the other way.
  [[nodiscard]] static std::optional<NameTable> over(Bytes image);

  /// The longest listed name that `name` is or lies below. A name that is not matchable lies below none
  /// (ENFORCEMENT D6).
  [[nodiscard]] std::optional<Hit> find(const net::HostName& name) const;
  class Search;
  [[nodiscard]] std::size_t size() const { return size_; }

  /// Records stand one behind the other in the order they were added: begin() is where the first one is,
  /// end() where the next one would be. Of a forged image a record may be anything, and after() beyond end().
  [[nodiscard]] static std::uint32_t begin() { return 0; }
  [[nodiscard]] std::uint32_t end() const { return records_size_; }
  [[nodiscard]] Hit at(std::uint32_t record) const;
  [[nodiscard]] std::uint32_t after(std::uint32_t record) const;

 private:
  friend class NameIndex;
  static constexpr std::size_t entries_a_line = 10;
  /// A line of the processor's cache: the places of records under sixteen bits of their hash. Who finds no
  /// room goes to the next line, and `overflowed` says so.
  struct alignas(64) Line {
    std::array<std::uint16_t, entries_a_line> tags{};  ///< 0: free
    std::uint16_t used = 0;
    std::uint16_t overflowed = 0;
    std::array<std::uint32_t, entries_a_line> records{};
  };
  static_assert(sizeof(Line) == 64);
  struct Place {
    std::size_t line;
    std::uint16_t tag;
  };
  struct Header;

  [[nodiscard]] Place place_of(std::uint64_t hash) const;
  [[nodiscard]] std::size_t next(std::size_t line) const { return line + 1 == line_count_ ? 0 : line + 1; }
  [[nodiscard]] std::optional<Hit> find_at(Place place, std::string_view text) const;
  [[nodiscard]] bool is_sound() const;

  HashKey key_;
  const Line* lines_ = nullptr;
  std::size_t line_count_ = 0;
  const char* records_ = nullptr;
  std::uint32_t records_size_ = 0;
  std::size_t size_ = 0;
  // In labels: what is shorter or longer than every listed name need not be looked for.
  std::size_t shortest_ = 1;
  std::size_t longest_ = 0;
};

/// All listed names that a name is or lies below, one by one, the longest first. Borrows table and name.
class NameTable::Search {
 public:
  Search(const NameTable& table, const net::HostName& name);
  /// Nothing when there is no further one.
  [[nodiscard]] std::optional<Hit> next();

 private:
  struct Suffix {
    Place place;
    std::size_t start;
  };

  const NameTable& table_;
  std::string_view text_;
  std::size_t left_ = 0;
  std::array<Suffix, most_labels> suffixes_;  ///< the shortest first; written before it is read
};

class NameIndex {
 public:
  using Entry = NameTable::Entry;
  using Hit = NameTable::Hit;
  /// What will be added: names, and characters of all of them together.
  struct Room {
    std::size_t names = 0;
    std::size_t characters = 0;
  };

  NameIndex() = default;  ///< empty, and stays so
  /// What is found does not depend on the key.
  NameIndex(HashKey key, Room room);

  /// Lists a name, unless it is listed already: then says as what. Preconditions: the name is matchable, and
  /// there is room for it.
  std::optional<Entry> add(const net::HostName& name, Entry entry);
  /// Lists a name that is not listed yet; quicker, and not found before settle(). Preconditions as add()'s.
  void add_new(std::string_view name, Entry entry);
  void settle();
  /// As NameTable's.
  [[nodiscard]] std::optional<Hit> find(const net::HostName& name) const { return table().find(name); }

  /// As NameTable's.
  [[nodiscard]] static std::uint32_t begin() { return 0; }
  [[nodiscard]] std::uint32_t end() const { return static_cast<std::uint32_t>(records_.size()); }
  [[nodiscard]] Hit at(std::uint32_t record) const { return table().at(record); }
  [[nodiscard]] std::uint32_t after(std::uint32_t record) const { return table().after(record); }

  [[nodiscard]] std::size_t size() const { return size_; }
  /// Memory that is in use.
  [[nodiscard]] std::size_t bytes() const { return lines_.size() * sizeof(Line) + records_.size(); }
  /// Of the names and what they are listed as, in the order they were added; the key does not matter.
  [[nodiscard]] std::array<std::uint64_t, 2> content_sum() const;
  /// All of it, for a file: what NameTable::over reads.
  [[nodiscard]] std::string image() const;
  /// The same piece by piece, which spares a copy of it. `content` is what content_sum() says.
  void write_image(const std::array<std::uint64_t, 2>& content,
                   const std::function<void(std::string_view)>& put) const;

 private:
  using Line = NameTable::Line;
  static constexpr std::size_t entries_a_line = NameTable::entries_a_line;
  /// Good until the next add().
  [[nodiscard]] NameTable table() const;
  [[nodiscard]] std::uint64_t hash_of(std::string_view name);
  void insert(NameTable::Place place, std::uint32_t record);
  struct Waiting {
    NameTable::Place place;
    std::uint32_t record;
  };
  void settle(std::vector<Waiting>& part);

  HashKey key_;
  std::vector<Line> lines_ = std::vector<Line>(1);
  std::string records_;  ///< of the names in the order they were added
  static constexpr unsigned part_bits = 6;
  /// By the part of the lines they go to, which is by the first bits of their hash: many of one part are put
  /// down together, since going all over the lines costs a page walk for each name.
  std::array<std::vector<Waiting>, std::size_t{1} << part_bits> waiting_;
  std::size_t size_ = 0;
  std::size_t shortest_ = 1;
  std::size_t longest_ = 0;
};

}  // namespace edgewatch::classify
