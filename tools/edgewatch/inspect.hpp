// `edgewatch inspect`: the names that captures show, by the same path as live capture; needs no daemon and no
// rights.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace edgewatch::tools {

enum class InspectFormat : std::uint8_t { table, tsv, json };

/// Reads each file (pcap or pcapng, `-` for standard input) and prints to standard output what it names
/// (CONTRACT, "edgewatch"). A file that cannot be read is told of on standard error and the others are read
/// on; a file cut at its end is told of too, and is no failure. Returns the exit code, the greatest of the
/// files'.
[[nodiscard]] int inspect(std::span<const std::string> files, InspectFormat format);

}  // namespace edgewatch::tools
