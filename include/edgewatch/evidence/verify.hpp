// Checks a disclosure with neither the daemon, its database nor a network: every digest and signature, the
// extract of the audit chain, the seals of its days, and that the report's totals follow from the rows.
// Pure functions; any thread.
#pragma once

#include "edgewatch/evidence/bundle.hpp"
#include "edgewatch/evidence/signing_key.hpp"

#include <optional>
#include <string>
#include <vector>

namespace edgewatch::evidence {

struct Verification {
  struct Line {
    bool good = true;
    std::string file;  ///< which it is about
    std::string text;  ///< what was checked, or what is wrong with it; neutral for a terminal
  };
  std::vector<Line> lines;         ///< in order of checking; nothing is checked behind a fault
  std::vector<std::string> notes;  ///< what a reader should know though nothing is wrong
  [[nodiscard]] bool sound() const;
};

/// `key`: the council's, as it was got elsewhere. Without one the key in the disclosure is taken, which shows
/// only that the files belong together.
[[nodiscard]] Verification verify_bundle(const std::vector<BundleFile>& files,
                                         const std::optional<PublicKey>& key);

}  // namespace edgewatch::evidence
