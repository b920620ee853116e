// What is written to the journal in fields of its own, so that whatever carries the journal away can pick it
// out. Any thread.
#pragma once

#include <string>

namespace edgewatch::runtime {

/// A signed head of the audit chain, as MESSAGE and as EDGEWATCH_HEAD. Where there is no journal it goes to
/// the log.
void head_to_journal(const std::string& head);

}  // namespace edgewatch::runtime
