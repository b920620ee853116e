// What several tellings of a subject's hour come to. Joining is the same in any order and any number of
// times: seconds and the lower figure are the largest told, reasons are united, evidence is the weakest.
// Private to this module.
#pragma once

#include "dictionary.hpp"
#include "minute_codec.hpp"

#include <vector>

namespace edgewatch::store {

/// One record of each run, minute, service, kind, grade and purpose, in the order of a row. All circumstances
/// are in the dictionary; new ones may be made.
[[nodiscard]] std::vector<MinuteRecord> joined(std::vector<MinuteRecord> records, Dictionary& dictionary,
                                               Dictionary::Numbered numbered);

/// What stands of joined records: of each minute those of its highest run that say any time, their owned
/// seconds at most 60. By minute, service, kind, grade, purpose.
[[nodiscard]] std::vector<MinuteRecord> standing(std::vector<MinuteRecord> records,
                                                 const Dictionary& dictionary);
/// What an amendment took the place of, as it was told; by minute, run, service, kind, grade, purpose.
[[nodiscard]] std::vector<MinuteRecord> superseded(std::vector<MinuteRecord> records,
                                                   const Dictionary& dictionary);

}  // namespace edgewatch::store
