// The part of the ledger about what the gateway could not judge.
#include "edgewatch/store/ledger.hpp"

#include "ledger_impl.hpp"

namespace edgewatch::store {

void Ledger::write(const std::vector<model::GatewayGap>& gaps) {
  if (gaps.empty()) return;
  Transaction transaction(impl_->connection);
  Statement put(impl_->connection,
                "INSERT OR REPLACE INTO gateway_gap(from_us, to_us, queued, passed) VALUES (:from, :to, "
                ":queued, :passed)");
  for (const model::GatewayGap& gap : gaps) {
    put.bind(":from", micros(gap.interval.from))
        .bind(":to", micros(gap.interval.to))
        .bind(":queued", static_cast<std::int64_t>(gap.queued))
        .bind(":passed", static_cast<std::int64_t>(gap.passed))
        .run();
  }
  transaction.commit();
}

std::vector<model::GatewayGap> Ledger::gateway_gaps(std::size_t most) const {
  std::vector<model::GatewayGap> found;
  Statement read(impl_->connection,
                 "SELECT from_us, to_us, queued, passed FROM gateway_gap ORDER BY from_us DESC LIMIT :most");
  read.bind(":most", static_cast<std::int64_t>(most));
  while (read.step()) {
    found.push_back({{from_micros(read.number(0)), from_micros(read.number(1))},
                     read.as<std::uint64_t>(2),
                     read.as<std::uint64_t>(3)});
  }
  return found;
}

}  // namespace edgewatch::store
