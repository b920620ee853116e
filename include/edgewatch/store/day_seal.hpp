// What a seal is made of: each subject's minute records of a civil date as one text, salted and hashed, and
// in the tree of that day no more than a digest. Values and pure functions; any thread.
#pragma once

#include "edgewatch/model/usage.hpp"
#include "edgewatch/store/audit_store.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace edgewatch::store {

/// Hashes a salt and a text to a leaf. A plain function: it cannot keep what it is given.
using LeafHash = Digest (*)(const Salt& salt, const std::string& text);
using FreshSalt = Salt (*)();

/// One person's leaf of a sealed day, and the leaves that it stands among.
struct SealedLeaf {
  std::uint64_t position = 0;
  Salt salt{};
  std::vector<Digest> leaves;  ///< of everybody, in rising order, which tells nothing of whose they are
  std::uint64_t entry = 0;     ///< of the audit chain, which has the root; 0: not there yet
};

/// One minute record as a row of TSV without its end: utc_minute service category kind grade purpose seconds
/// lower_seconds reasons name_evidence identity_grade binding catalogue rule_book method run.
[[nodiscard]] std::string canonical_minute(const model::UsageSlice& slice);
/// `edgewatch-leaf-1`, the date and the subject, a line each, then the records of run 0 (as first told) in
/// order of their bytes, a line each: the text that a third party hashes again.
[[nodiscard]] std::string leaf_text(const model::Subject& subject, CivilDate day,
                                    const std::vector<model::UsageSlice>& first_told);

}  // namespace edgewatch::store
