// Why flows have no name, and what went past us, by source: brings the sensor's coverage rows in line with
// what is known on the analysis side. The sensor counts a flow when it has a name, or on port 443 when it has
// got none; what is learned of it elsewhere (from DNS, from a list of resolvers, from the shape of a
// handshake) moves it to another column of the next row of its source, once. Names nobody; one thread.
#pragma once

#include "edgewatch/base/id_map.hpp"
#include "edgewatch/model/event.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>

namespace edgewatch::observe {

/// The columns of model::Coverage, of which a flow stands in one; `uncounted` for flows that need no name.
enum class Column : std::uint8_t { uncounted, named, ech, doh, tunnel, other, count_ };

/// Where the sensor counts a flow that has this sighting, by itself: one of this evidence, as the sensor gave
/// it, to this port.
[[nodiscard]] Column counted_by_sensor(model::NameEvidence evidence, std::uint16_t server_port);

/// Signs and flows since the start, over all sources.
struct CauseTotals {
  std::array<std::uint64_t, static_cast<std::size_t>(Column::count_)> flows{};
  std::array<std::uint64_t, model::bypass_kinds> signs{};
  std::uint64_t tls_with_dns = 0;
  std::uint64_t ambiguous = 0;
};

class CoverageCauses {
 public:
  /// A flow of a source that the sensor counts in one column belongs into another. The last word counts, but
  /// for a flow that a sign has put where it is.
  void place(model::FlowId flow, std::uint16_t source, Column counted, Column belongs);
  /// A sign of a source; of one flow each kind counts once, and puts it into the kind's column.
  void count(const model::BypassSign& sign);
  /// Once for a flow that was placed.
  void count_tls_with_dns(model::FlowId flow);
  void count_ambiguous(model::FlowId flow);
  [[nodiscard]] bool is_tunnel(model::FlowId flow) const;
  void end(const model::FlowEnd& end) {
    if (end.flow != 0) flows_.erase(end.flow);
  }

  /// The row with everything in it that came before it. A row that is given again, because a late thread's
  /// share was added, keeps what it had.
  [[nodiscard]] model::Coverage complete(model::Coverage row);
  /// As given out in rows so far.
  [[nodiscard]] const CauseTotals& totals() const { return totals_; }

 private:
  struct Placed {
    std::uint16_t source = 0;
    Column counted = Column::uncounted;
    Column belongs = Column::uncounted;
    std::uint16_t counted_once = 0;  ///< bits: signs by kind, and what follows them
  };
  struct Pending {
    /// What the rows to come must be corrected by. A row has no less than none: the rest waits for the next.
    std::array<std::int64_t, static_cast<std::size_t>(Column::count_)> flows{};
    std::array<std::uint64_t, model::bypass_kinds> signs{};
    std::uint64_t tls_with_dns = 0;
    std::uint64_t ambiguous = 0;
  };
  /// What a row was given, by its minute and source, should it come again.
  struct Given {
    Pending corrections;
    std::array<std::uint64_t, static_cast<std::size_t>(Column::count_)> flows{};
  };
  static constexpr std::size_t most_remembered_rows = 1024;
  void move(const Placed& placed, int direction);
  [[nodiscard]] static bool first_time(Placed& placed, std::size_t what);

  IdMap<Placed> flows_;  // ended by the sensor, whose table is bounded
  std::map<std::uint16_t, Pending> pending_;
  std::map<std::pair<Timestamp, std::uint16_t>, Given> given_;
  CauseTotals totals_;
};

}  // namespace edgewatch::observe
