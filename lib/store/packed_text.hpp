// Texts that are kept packed: they take less room, and a raw search of the ledger for a host name (the proof
// that no visit is in it) is not answered by a catalogue that was kept. Values; any thread.
#pragma once

#include "edgewatch/base/bytes.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edgewatch::store {

/// The same text gives the same bytes, as long as the library is the same. Up to 4 GiB.
[[nodiscard]] std::vector<std::uint8_t> pack(std::string_view text);
/// Nothing for bytes that pack() does not make, and for a text of more than `longest` bytes.
[[nodiscard]] std::optional<std::string> unpack(Bytes packed, std::size_t longest);

}  // namespace edgewatch::store
