// How firmly an attempt that a rule held back is its client's own. Values; any thread.
#pragma once

#include <cstdint>
#include <string_view>

namespace edgewatch::model {

enum class AttemptEvidence : std::uint8_t {
  connection,  ///< both ends were seen: whoever has the address opened it
  question,    ///< DNS over UDP, which the resolver refused: anybody may have asked in the address's name
};

/// By what held it back (BlockCount::mechanism).
[[nodiscard]] constexpr AttemptEvidence evidence_of(std::string_view mechanism) {
  return mechanism == "resolver" ? AttemptEvidence::question : AttemptEvidence::connection;
}

/// `connection`, `question`.
[[nodiscard]] constexpr std::string_view to_string(AttemptEvidence evidence) {
  return evidence == AttemptEvidence::question ? "question" : "connection";
}

/// For whoever reads of a person's attempts, the person above all.
[[nodiscard]] constexpr std::string_view words(AttemptEvidence evidence) {
  return evidence == AttemptEvidence::question
             ? "a question alone: another machine may have asked in this address's name, and programs ask by "
               "themselves"
             : "a connection from the address, seen from both ends";
}

}  // namespace edgewatch::model
