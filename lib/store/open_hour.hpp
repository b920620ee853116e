// Minutes as they are told, until their hour is over and they are packed. They lie in pages that are written
// over in place, so that a batch of one minute costs the file a page or two, wherever its subjects' rows will
// lie later. Remembers where it is in the pages, so it must be told to look again when another connection or
// a rollback changed the file. Private to this module; one thread.
#pragma once

#include "connection.hpp"
#include "minute_codec.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace edgewatch::store {

class OpenHour {
 public:
  explicit OpenHour(Connection& connection);

  /// Reads the pages, and gives what they hold in order of telling. Throws StoreError for damage.
  std::vector<ToldRecord> load();
  /// Appends, in the transaction that the caller holds. Records are in order of hour, minute, run, judgement,
  /// subject, binding, circumstance, each once.
  void append(std::span<const ToldRecord> told);
  /// All that was told is packed: the pages are free to be written over.
  void turn();
  /// Overwrites what packed minutes left in pages; with `everything`, gives the pages back.
  enum class Wipe : std::uint8_t { leftovers, everything };
  void wipe(Wipe what);

  /// Of what is open; nothing where nothing is.
  [[nodiscard]] std::optional<std::uint32_t> newest_hour() const { return newest_; }
  [[nodiscard]] std::size_t pages() const { return page_ ? static_cast<std::size_t>(number_) : 0; }

 private:
  void put();
  std::size_t append_minute(std::span<const ToldRecord> told);
  void next_page();

  Connection& connection_;
  Statement read_;
  Statement put_;
  std::size_t page_bytes_;
  std::uint32_t generation_ = 1;
  std::int64_t number_ = 0;  ///< of the page in hand; pages of a generation begin at 1 and have no holes
  std::optional<FramePage> page_;
  Bindings bindings_;
  std::optional<std::uint32_t> newest_;
};

}  // namespace edgewatch::store
