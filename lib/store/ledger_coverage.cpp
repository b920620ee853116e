// What the sensor saw and did not see, row by row and summed.
#include "edgewatch/store/ledger.hpp"

#include "ledger_impl.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

namespace edgewatch::store {
namespace {

constexpr const char* counts =
    "seen, lost_in_kernel, lost_in_queue, refused, named, unnamed_ech, unnamed_doh, unnamed_tunnel, "
    "unnamed_other, bypass_doh, bypass_dot, bypass_doq, bypass_relay, bypass_wireguard, bypass_openvpn, "
    "bypass_ike, canary, ddr, tls_without_dns, tls_with_dns, ambiguous";

/// Without a sum in `coverage_hour`; in the words of the index `coverage_apart`, which finds them.
constexpr const char* apart = "(state <> 0 OR bypass_doh IS NULL)";

/// A row of `source, from_us, to_us, state` and `counts`.
model::Coverage read_coverage(const Statement& read) {
  model::Coverage row{.source = read.text(0),
                      .interval = {from_micros(read.number(1)), from_micros(read.number(2))},
                      .state = read.as<model::Coverage::State>(3),
                      .seen = read.as<std::uint64_t>(4),
                      .lost_in_kernel = read.as<std::uint64_t>(5),
                      .lost_in_queue = read.as<std::uint64_t>(6),
                      .refused = read.as<std::uint64_t>(7),
                      .named = read.as<std::uint64_t>(8),
                      .unnamed_ech = read.as<std::uint64_t>(9),
                      .unnamed_doh = read.as<std::uint64_t>(10),
                      .unnamed_tunnel = read.as<std::uint64_t>(11),
                      .unnamed_other = read.as<std::uint64_t>(12)};
  constexpr int first_sign = 13;  // in the order of BypassSign::Kind
  row.causes_measured = !read.is_null(first_sign);
  int column = first_sign;
  for (std::uint64_t& count : row.signs) count = read.as<std::uint64_t>(column++);
  row.tls_with_dns = read.as<std::uint64_t>(column++);
  row.ambiguous = read.as<std::uint64_t>(column);
  return row;
}

std::vector<model::Coverage> rows_of(Statement& read) {
  std::vector<model::Coverage> found;
  while (read.step()) found.push_back(read_coverage(read));
  return found;
}

/// A count that no network comes near is a fault elsewhere; it must not make an hour's sum too large to be
/// written.
std::int64_t count_of(std::uint64_t value) {
  constexpr std::uint64_t most = std::uint64_t{1} << 48;
  return static_cast<std::int64_t>(std::min(value, most));
}

}  // namespace

void Ledger::write(const std::vector<model::Coverage>& coverage) {
  if (coverage.empty()) return;
  Transaction transaction(impl_->connection);
  Statement put(
      impl_->connection,
      fmt::format("INSERT OR REPLACE INTO coverage(from_us, source, state, to_us, {}) VALUES (:from, "
                  ":source, :state, :to, :seen, :kernel, :queue, :refused, :named, :ech, :doh, "
                  ":tunnel, :other, :s0, :s1, :s2, :s3, :s4, :s5, :s6, :s7, :s8, :s9, :with_dns, "
                  ":ambiguous)",
                  counts));
  for (const model::Coverage& part : coverage) {
    put.bind(":from", micros(part.interval.from))
        .bind(":source", part.source)
        .bind(":state", static_cast<int>(part.state))
        .bind(":to", micros(part.interval.to))
        .bind(":seen", count_of(part.seen))
        .bind(":kernel", count_of(part.lost_in_kernel))
        .bind(":queue", count_of(part.lost_in_queue))
        .bind(":refused", count_of(part.refused))
        .bind(":named", count_of(part.named))
        .bind(":ech", count_of(part.unnamed_ech))
        .bind(":doh", count_of(part.unnamed_doh))
        .bind(":tunnel", count_of(part.unnamed_tunnel))
        .bind(":other", count_of(part.unnamed_other));
    const auto bind_if_measured = [&](const std::string& name, std::uint64_t count) {
      part.causes_measured ? put.bind(name.c_str(), count_of(count)) : put.bind_null(name.c_str());
    };
    for (std::size_t i = 0; i < part.signs.size(); ++i)
      bind_if_measured(fmt::format(":s{}", i), part.signs.at(i));
    bind_if_measured(":with_dns", part.tls_with_dns);
    bind_if_measured(":ambiguous", part.ambiguous);
    put.run();
  }
  transaction.commit();
}

std::vector<model::Coverage> Ledger::coverage(const model::DateRange& period) const {
  const Span span = span_of(period);
  Statement read(impl_->connection,
                 fmt::format("SELECT source, from_us, to_us, state, {} FROM coverage WHERE "
                             "from_us < :to AND to_us > :from ORDER BY from_us, source, state",
                             counts));
  read.bind(":from", micros(span.from)).bind(":to", micros(span.to));
  return rows_of(read);
}

std::vector<model::Coverage> Ledger::coverage_by_hour(const model::DateRange& period) const {
  const Span span = span_of(period);
  const Snapshot moment(impl_->connection);
  Statement sums(
      impl_->connection,
      fmt::format("SELECT '', hour * 3600000000, (hour + 1) * 3600000000, 0, {} FROM coverage_hour "
                  "WHERE hour >= :from AND hour < :to ORDER BY hour",
                  counts));
  sums.bind(":from", hours(span.from)).bind(":to", hours(span.to));
  std::vector<model::Coverage> found = rows_of(sums);
  // What has no sum, and what began in an hour before the period and reaches into it.
  Statement rows(
      impl_->connection,
      fmt::format("SELECT source, from_us, to_us, state, {0} FROM coverage WHERE {1} AND from_us < "
                  ":to AND to_us > :from UNION ALL "
                  "SELECT source, from_us, to_us, state, {0} FROM coverage WHERE NOT {1} AND from_us >= "
                  "(SELECT min(hour) * 3600000000 FROM coverage_hour WHERE hour < :hour AND last_us > "
                  ":from) AND from_us < :from AND to_us > :from",
                  counts, apart));
  rows.bind(":from", micros(span.from)).bind(":to", micros(span.to)).bind(":hour", hours(span.from));
  std::ranges::move(rows_of(rows), std::back_inserter(found));
  return found;
}

}  // namespace edgewatch::store
