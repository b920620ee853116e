// A DHCP server's lease file, whole, cut, and appended to. The first byte says whose it is.
#include "laws.hpp"
#include "lease_text.hpp"

#include <algorithm>
#include <string_view>

using namespace edgewatch;
using fuzz::law;
using namespace edgewatch::runtime;

namespace {

LeaseTable read(std::uint8_t format, std::string_view text) {
  switch (format % 3) {
    case 0:
      return read_dnsmasq_leases(text);
    case 1:
      return read_kea_leases({text});
    default:
      return read_isc_leases(text);
  }
}

void check_table(const LeaseTable& table, std::string_view text) {
  const auto lines = static_cast<std::size_t>(std::ranges::count(text, '\n'));
  law(table.held.size() <= text.size() / 8, "a lease takes more than a few bytes");
  law(table.held.size() <= lines + text.size() / 16, "no more leases than there is room to write them");
  for (const auto& [address, lease] : table.held) {
    law(!lease.from || *lease.from <= Timestamp::max(), "a beginning is a time");
    law(lease.to >= Timestamp{}, "an end is a time");
  }
}

void check_changes(const LeaseTable& before, const LeaseTable& after) {
  const Timestamp now{std::chrono::seconds(1794906000)};
  const auto changes = lease_changes(before, after, now);
  law(changes.size() <= before.held.size() + after.held.size(), "one change an address and reading");
  for (const auto& change : changes) {
    law(change.recorded_at == now && change.valid.from <= now, "nothing begins later than it is told");
    law(change.valid.from < change.valid.to, "an interval has a length");
    law(change.address && change.mac && change.person.empty(), "a lease is a device's, and nobody's");
  }
  law(lease_changes(after, after, now).empty(), "what is the same has not changed");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::uint8_t format = data[0];
  const fuzz::Exact input(Bytes(data + 1, size - 1));
  const std::string_view text(reinterpret_cast<const char*>(input.bytes().data()), input.bytes().size());
  const LeaseTable whole = read(format, text);
  check_table(whole, text);
  for (const auto at : fuzz::cuts(input.bytes())) {
    const LeaseTable cut = read(format, text.substr(0, at));
    check_table(cut, text.substr(0, at));
    check_changes(cut, whole);
    check_changes(whole, cut);
    // What is being appended to says what it said before, but for its last line or declaration.
    if (format % 3 == 0)
      law(cut.held.size() <= whole.held.size() + whole.unreadable + whole.without_mac,
          "a cut text has no lease of its own");
  }
  return 0;
}
