#include "ledger_session.hpp"

#include "edgewatch/runtime/exit_code.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

namespace edgewatch::runtime {

LedgerSession::Lock::Lock(const std::filesystem::path& file) {
  if (file == ":memory:") return;
  const std::string path = file.string() + ".lock";
  descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor_ < 0) {
    throw store::StoreError(io_error, fmt::format("{}: {}; check that its folder exists and may be written",
                                                  path, std::strerror(errno)));
  }
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    ::close(descriptor_);
    throw store::StoreError(
        try_again,
        fmt::format("{}: another edgewatchd holds this ledger; stop it first or name another ledger",
                    file.string()));
  }
}

LedgerSession::Lock::~Lock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

LedgerSession::LedgerSession(const std::filesystem::path& file) : lock_(file), ledger_(file) {}
LedgerSession::~LedgerSession() = default;

void LedgerSession::begin(Timestamp at, const account::Method& method, const config::Policies& policies) {
  const auto last = ledger_.status().last_heartbeat;
  if (last && *last < at) {
    model::Coverage gap;
    gap.source = "edgewatchd";
    gap.interval = {*last, at};
    gap.state = model::Coverage::State::gap;
    ledger_.write(std::vector<model::Coverage>{gap});
  }
  ledger_.write_method(method.version, method.to_json(), at);
  revise(at, policies);
}

void LedgerSession::revise(Timestamp at, const config::Policies& policies) {
  ledger_.write_revision("catalogue", policies.catalogue.revision(),
                         fmt::format("services: {}", policies.catalogue.services().size()), at);
  ledger_.write_revision("rule_book", policies.rules.revision,
                         fmt::format("rules: {}", policies.rules.rules.size()), at);
}

void LedgerSession::write(const pipeline::Output& output) {
  if (!output.slices.empty()) ledger_.write(output.slices);
  if (!output.exclusions.empty()) ledger_.write(output.exclusions);
  if (!output.blocks.empty()) ledger_.write(output.blocks);
  if (!output.coverage.empty()) ledger_.write(output.coverage);
  if (!output.bindings.empty()) ledger_.write(output.bindings);
  for (const model::ClockStep& step : output.clock_steps) ledger_.write_clock_step(step.at, step.step);
}

}  // namespace edgewatch::runtime
