// Who held what, with when it was said and what took its place.
#include "edgewatch/store/ledger.hpp"

#include "ledger_impl.hpp"

#include <algorithm>
#include <set>

namespace edgewatch::store {
namespace {

using Layer = model::Binding::Layer;
using State = model::Binding::State;

constexpr const char* columns =
    "layer, holder, value, valid_from_us, valid_to_us, recorded_us, basis, state, source, superseded_us";

/// The civil date on which our knowledge of an interval ends: its end, or the last record that said it still
/// ran.
std::int64_t due_day(const model::Binding& binding) {
  return days(london_date(std::min(binding.valid.to, binding.recorded_at)));
}

model::Binding read_binding(const Statement& row) {
  model::Binding binding;
  binding.layer = row.as<Layer>(0);
  binding.key = row.text(1);
  binding.value = row.text(2);
  binding.valid = {from_micros(row.number(3)), from_micros(row.number(4))};
  binding.recorded_at = from_micros(row.number(5));
  binding.basis = row.as<model::Basis>(6);
  binding.state = row.as<State>(7);
  binding.source = row.as<model::TenancyEvent::Source>(8);
  return binding;
}

/// What stands now of that value (a person, or a device) and touches the span, cut to it: an authority tells
/// nothing of the time outside it.
std::vector<model::Binding> bindings_of(Connection& connection, const std::string& value,
                                        model::Interval span) {
  std::vector<model::Binding> found;
  Statement read(connection,
                 std::string("SELECT ") + columns +
                     " FROM binding WHERE value = :value AND valid_from_us < :to AND valid_to_us > :from AND "
                     "superseded_by IS NULL AND state <= 2 ORDER BY valid_from_us, layer, holder");
  read.bind(":value", value).bind(":from", micros(span.from)).bind(":to", micros(span.to));
  while (read.step()) {
    model::Binding binding = read_binding(read);
    binding.valid = {std::max(binding.valid.from, span.from), std::min(binding.valid.to, span.to)};
    found.push_back(std::move(binding));
  }
  return found;
}

class BindingWriter {
 public:
  explicit BindingWriter(Connection& connection)
      : find_(connection,
              "SELECT binding_id, valid_to_us, recorded_us, basis, state, source FROM binding WHERE layer = "
              ":layer AND holder = :holder AND value = :value AND valid_from_us = :from AND (state = 8) = "
              ":shared AND superseded_by IS NULL"),
        insert_(connection,
                "INSERT INTO binding(reference, layer, holder, value, valid_from_us, valid_to_us, "
                "recorded_us, basis, state, source, due_day) VALUES (:reference, :layer, :holder, :value, "
                ":from, :to, :recorded, :basis, :state, :source, :due)"),
        supersede_(connection,
                   "UPDATE binding SET superseded_by = last_insert_rowid(), superseded_us = :recorded WHERE "
                   "binding_id = :old"),
        confirm_(connection, "UPDATE binding SET due_day = max(due_day, :due) WHERE binding_id = :old") {}

  void write(const model::Binding& told) {
    find_.bind(":layer", static_cast<int>(told.layer))
        .bind(":holder", told.key)
        .bind(":value", told.value)
        .bind(":from", micros(told.valid.from))
        .bind(":shared", told.state == State::shared ? 1 : 0);
    const bool known = find_.step();
    const std::int64_t old = known ? find_.number(0) : 0;
    const bool same = known && find_.number(1) == micros(told.valid.to) &&
                      find_.as<model::Basis>(3) == told.basis && find_.as<State>(4) == told.state &&
                      find_.as<model::TenancyEvent::Source>(5) == told.source;
    const bool older = known && micros(told.recorded_at) < find_.number(2);
    find_.reset();
    if (same) {
      confirm_.bind(":due", due_day(told)).bind(":old", old).run();
    } else if (!older && (known || told.valid.from < told.valid.to)) {
      insert(told);
      if (known) supersede_.bind(":recorded", micros(told.recorded_at)).bind(":old", old).run();
    }
  }

 private:
  void insert(const model::Binding& told) {
    insert_.bind(":reference", static_cast<std::int64_t>(told.id()))
        .bind(":layer", static_cast<int>(told.layer))
        .bind(":holder", told.key)
        .bind(":value", told.value)
        .bind(":from", micros(told.valid.from))
        .bind(":to", micros(std::max(told.valid.from, told.valid.to)))
        .bind(":recorded", micros(told.recorded_at))
        .bind(":basis", static_cast<int>(told.basis))
        .bind(":state", static_cast<int>(told.state))
        .bind(":source", static_cast<int>(told.source))
        .bind(":due", due_day(told))
        .run();
  }

  Statement find_;
  Statement insert_;
  Statement supersede_;
  Statement confirm_;
};

/// Intervals of that key that began by then, as they stand now and as they stood.
void add_of_holder(Connection& connection, const std::string& holder, Timestamp at,
                   std::vector<BindingRecord>& out) {
  Statement read(connection, std::string("SELECT ") + columns +
                                 " FROM binding WHERE holder = :holder AND valid_from_us <= :at AND "
                                 "valid_to_us > valid_from_us ORDER BY valid_from_us, binding_id");
  read.bind(":holder", holder).bind(":at", micros(at));
  while (read.step()) {
    BindingRecord record{read_binding(read), std::nullopt};
    if (!read.is_null(9)) record.superseded_at = from_micros(read.number(9));
    out.push_back(std::move(record));
  }
}

}  // namespace

void Ledger::write(const std::vector<model::Binding>& bindings) {
  if (bindings.empty()) return;
  Transaction transaction(impl_->connection);
  {
    BindingWriter writer(impl_->connection);
    for (const model::Binding& binding : bindings) writer.write(binding);
  }
  transaction.commit();
}

std::vector<model::Binding> Ledger::bindings(const model::Leave& leave,
                                             const model::DateRange& period) const {
  const auto dates = common(leave.period(), period);
  if (!dates) return {};
  const Snapshot snapshot(impl_->connection);
  const Span span = span_of(*dates);
  std::vector<model::Binding> found =
      bindings_of(impl_->connection, leave.person().text(), {span.from, span.to});
  std::erase_if(found, [](const model::Binding& binding) { return binding.state != State::held; });
  const std::vector<model::Binding> own = found;
  for (const model::Binding& binding : own) {
    if (binding.layer != Layer::device_to_person) continue;
    for (model::Binding& address : bindings_of(impl_->connection, binding.key, binding.valid)) {
      if (address.layer == Layer::address_to_device) found.push_back(std::move(address));
    }
  }
  return found;
}

std::vector<net::IpAddress> Ledger::addresses_of(const model::PersonId& person, Timestamp at) const {
  const Snapshot snapshot(impl_->connection);
  const model::Interval moment{at, at + Duration(1)};
  std::set<net::IpAddress> found;
  const auto add = [&found](const std::string& text) {
    if (const auto address = net::IpAddress::parse(text)) found.insert(*address);
  };
  for (const model::Binding& own : bindings_of(impl_->connection, person.text(), moment)) {
    if (own.layer == Layer::address_to_person) add(own.key);
    if (own.layer != Layer::device_to_person) continue;
    for (const model::Binding& device : bindings_of(impl_->connection, own.key, moment)) {
      if (device.layer == Layer::address_to_device) add(device.key);
    }
  }
  return {found.begin(), found.end()};
}

std::vector<BindingRecord> Ledger::holders(const net::IpAddress& address, Timestamp at) const {
  const Snapshot snapshot(impl_->connection);
  std::vector<BindingRecord> found;
  add_of_holder(impl_->connection, address.to_string(), at, found);
  std::set<std::string> devices;
  for (const BindingRecord& record : found) {
    if (record.binding.layer == Layer::address_to_device && record.binding.valid.contains(at))
      devices.insert(record.binding.value);
  }
  for (const std::string& device : devices) add_of_holder(impl_->connection, device, at, found);
  return found;
}

}  // namespace edgewatch::store
