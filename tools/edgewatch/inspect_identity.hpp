// `edgewatch inspect --identity`: who held which address, as the packets of captures say; by the same path as
// live capture.
#pragma once

#include <span>
#include <string>

namespace edgewatch::tools {

/// Reads each file and prints to standard output, as TSV without a header, one line for each sign of
/// identity: capture, epoch seconds, kind (dhcp4, dhcp6, radius-acct, krb, arp, ndp), address, MAC, name
/// (what the device calls itself, or the account), and what else is said, parted by commas. Errors and the
/// exit code are those of inspect().
[[nodiscard]] int inspect_identity(std::span<const std::string> files);

}  // namespace edgewatch::tools
