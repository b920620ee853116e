// A story told in a file, for tests that run programs: one act a line, tab-separated. Owned values; one
// thread.
#pragma once

#include "support/story.hpp"

#include <filesystem>

namespace edgewatch::generator {

/// Tells `story` what stands in `file`:
///   machine  NAME  MAC  ADDRESS
///   host     NAME  quic|quic-v2|tls|unnamed
///   host     NAME  ech  OUTER            its name hidden behind OUTER
///   host     NAME  at   OTHER            at the address of OTHER
///   ex       SECONDS  MACHINE  HOST  UP  DOWN
///   push     SECONDS  MACHINE  HOST  DOWN
///   http     SECONDS  MACHINE  HOST  DOWN
///   connect | resolve | nxdomain | reset   SECONDS  MACHINE  HOST
/// Empty lines and lines that begin with `#` are skipped. Throws std::runtime_error naming file, line and
/// what is wrong.
void tell_from_file(support::Story& story, const std::filesystem::path& file);

}  // namespace edgewatch::generator
