// edgewatch-bench-ledger: writes, asks, seals and purges a ledger as the daemon does, or the same in plain
// SQLite, and says what it cost; or prints the same as statements for PostgreSQL.
#include "edgewatch/store/ledger.hpp"

#include "edgewatch/model/case.hpp"
#include "edgewatch/model/hold.hpp"

#include "plain_sqlite.hpp"
#include "staff.hpp"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <map>
#include <thread>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <sys/resource.h>
#include <time.h>

namespace edgewatch::evidence {

/// No case is opened here and no person is real: this program does not link `evidence`, so this is its only
/// maker of authorities.
class Authorities {
 public:
  static model::CaseAuthority over(const model::PersonId& person, const model::DateRange& period) {
    return {model::CaseReference("BENCH"), person, period};
  }
};

}  // namespace edgewatch::evidence

namespace {

using namespace edgewatch;
using benchmark::PlainSqlite;
using benchmark::Staff;
using benchmark::StaffOrder;
using Seconds = std::chrono::duration<double>;
using SteadyTime = std::chrono::steady_clock::time_point;

constexpr int exit_usage = 64;
constexpr int exit_failed = 70;

double cpu_of_this_thread() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

double seconds_since(SteadyTime from) { return Seconds(std::chrono::steady_clock::now() - from).count(); }

/// Bytes that this process has handed to write().
std::uint64_t bytes_written() {
  std::ifstream io("/proc/self/io");
  std::string name;
  std::uint64_t value = 0;
  while (io >> name >> value) {
    if (name == "wchar:") return value;
  }
  return 0;
}

std::uint64_t size_of(const std::filesystem::path& file) {
  std::error_code gone;
  const std::uintmax_t bytes = std::filesystem::file_size(file, gone);
  return gone ? 0 : bytes;
}

struct Order {
  std::filesystem::path database;
  StaffOrder staff;
  std::string first = "2025-11-17";
  int days = 364;
  std::string peer = "edgewatch";
  int asked = 25;
  std::string last;
  int holds = 0;
};

CivilDate first_day(const Order& order) {
  const auto date = parse_date(order.first);
  if (!date) throw std::invalid_argument("--first is a date, YYYY-MM-DD");
  return *date;
}

UtcMinute minute_of_day(CivilDate date) { return minute_of(london_midnight(date)); }

struct Written {
  std::uint64_t records = 0;
  std::uint64_t batches = 0;
  double cpu = 0;
  double longest_ms = 0;
  double longest_cpu_ms = 0;
};

/// A year of minutes, each in a batch of its own, as the daemon writes them. What making them costs is not
/// counted.
template <class Store>
Written fill(Store& store, const Order& order) {
  Staff staff(order.staff);
  Written written;
  const UtcMinute from = minute_of_day(first_day(order));
  for (UtcMinute at = from; at < from + std::chrono::days(order.days); at += std::chrono::minutes(1)) {
    const auto& slices = staff.minute(at);
    if (slices.empty()) continue;
    const double before = cpu_of_this_thread();
    const auto began = std::chrono::steady_clock::now();
    store.write(slices);
    written.longest_ms = std::max(written.longest_ms, seconds_since(began) * 1000);
    const double cpu = cpu_of_this_thread() - before;
    written.longest_cpu_ms = std::max(written.longest_cpu_ms, cpu * 1000);
    written.cpu += cpu;
    written.records += slices.size();
    ++written.batches;
  }
  return written;
}

template <class Store>
void report_fill(const Order& order) {
  const std::uint64_t before = bytes_written();
  Written written;
  double closing = 0;
  {
    Store store(order.database);
    written = fill(store, order);
    closing = cpu_of_this_thread();
  }
  closing = cpu_of_this_thread() - closing;  // what stood in the write-ahead log goes into the file
  fmt::print(
      R"({{"records":{},"batches":{},"cpu":{:.4f},"longest_ms":{:.2f},"longest_cpu_ms":{:.2f},"written":{},"file":{}}})"
      "\n",
      written.records, written.batches, written.cpu + closing, written.longest_ms, written.longest_cpu_ms,
      bytes_written() - before, size_of(order.database));
}

struct Asked {
  double cpu_ms = 0;
  double wall_ms = 0;
  std::size_t rows = 0;
};

template <class Ask>
Asked ask(const Ask& question) {
  const double before = cpu_of_this_thread();
  const auto began = std::chrono::steady_clock::now();
  const std::size_t rows = question();
  return {(cpu_of_this_thread() - before) * 1000, seconds_since(began) * 1000, rows};
}

/// Medians over several people, each asked for twice: the second answer counts, which finds the file's pages
/// in memory.
template <class Question>
void report_answers(const Order& order, const Question& question) {
  const CivilDate first = first_day(order);
  const CivilDate last = order.last.empty()
                             ? CivilDate(std::chrono::sys_days(first) + std::chrono::days(order.days - 1))
                             : parse_date(order.last).value();
  std::vector<Asked> answers;
  for (int i = 0; i < order.asked; ++i) {
    const auto person = Staff::person(order.staff.people / order.asked * i + 11);
    static_cast<void>(question(person, model::DateRange{first, last}));
    answers.push_back(ask([&] { return question(person, model::DateRange{first, last}); }));
  }
  const auto median = [&](auto member) {
    std::sort(answers.begin(), answers.end(),
              [&](const auto& a, const auto& b) { return a.*member < b.*member; });
    return answers[answers.size() / 2].*member;
  };
  fmt::print(R"({{"people":{},"rows":{},"cpu_ms":{:.3f},"wall_ms":{:.3f}}})"
             "\n",
             answers.size(), median(&Asked::rows), median(&Asked::cpu_ms), median(&Asked::wall_ms));
}

void report_year(const Order& order) {
  if (order.peer == "sqlite") {
    PlainSqlite store(order.database);
    report_answers(order,
                   [&](const auto& person, const auto& dates) { return store.count_of(person, dates); });
    return;
  }
  const store::Ledger ledger(order.database);
  report_answers(order, [&](const auto& person, const auto& dates) {
    return ledger.usage(evidence::Authorities::over(person, dates), dates).size();
  });
}

/// Writes batches of the minutes after the last day, a few a second, and keeps the longest time that one
/// took.
class Writer {
 public:
  explicit Writer(const Order& order) : order_(order), thread_([this] { write(); }) {}
  ~Writer() { stop(); }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  void stop() {
    stopped_ = true;
    if (thread_.joinable()) thread_.join();
  }
  /// Milliseconds, of the batches since the last call.
  double longest() { return longest_.exchange(0); }
  [[nodiscard]] int batches() const { return batches_; }

 private:
  void write() {
    store::Ledger ledger(order_.database);
    Staff staff(order_.staff);
    UtcMinute at = minute_of_day(first_day(order_)) + std::chrono::days(order_.days) + std::chrono::hours(9);
    while (!stopped_) {
      const auto& slices = staff.minute(at += std::chrono::minutes(1));
      const auto began = std::chrono::steady_clock::now();
      ledger.write(slices);
      ledger.heartbeat(at);
      longest_ = std::max<double>(longest_, seconds_since(began) * 1000);
      ++batches_;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }

  const Order& order_;
  std::atomic<bool> stopped_ = false;
  std::atomic<double> longest_ = 0;
  std::atomic<int> batches_ = 0;
  std::thread thread_;
};

CivilDate last_due(const Order& order) {
  return order.last.empty() ? first_day(order) : parse_date(order.last).value();
}

/// Somebody's claim to all that is due, for so many people.
std::vector<model::Hold> holds(const Order& order) {
  std::vector<model::Hold> all;
  for (int i = 0; i < order.holds; ++i) {
    model::Hold hold;
    hold.ground = model::Hold::Ground::claim;
    hold.reference = fmt::format("BENCH-{}", i);
    hold.person = Staff::person(order.staff.people / order.holds * i);
    hold.period = {first_day(order), last_due(order)};
    all.push_back(std::move(hold));
  }
  return all;
}

/// What is due goes, the first day or all up to a date, while another thread writes; before, it writes alone,
/// to show what the machine makes of it.
void report_purge(const Order& order) {
  store::Ledger ledger(order.database);
  Writer writer(order);
  std::this_thread::sleep_for(std::chrono::seconds(1));
  const double alone = writer.longest();
  const int batches = writer.batches();
  const double before = cpu_of_this_thread();
  const auto began = std::chrono::steady_clock::now();
  const store::PurgeResult result = ledger.purge(last_due(order), store::PurgeMode::remove, holds(order));
  const double wall = seconds_since(began);
  const double cpu = cpu_of_this_thread() - before;
  const double longest = writer.longest();
  writer.stop();
  const auto rows = result.rows.find("usage");
  fmt::print(
      R"({{"records":{},"held":{},"cpu":{:.4f},"wall":{:.4f},"clean":{},"alone_ms":{:.2f},"writer_ms":{:.2f},"batches":{}}})"
      "\n",
      rows == result.rows.end() ? 0 : rows->second, result.held_rows, cpu, wall, result.clean, alone, longest,
      writer.batches() - batches);
}

void report_plain_purge(const Order& order) {
  PlainSqlite store(order.database);
  const double before = cpu_of_this_thread();
  const auto began = std::chrono::steady_clock::now();
  const std::uint64_t rows = store.purge(first_day(order));
  fmt::print(R"({{"records":{},"cpu":{:.4f},"wall":{:.4f}}})"
             "\n",
             rows, cpu_of_this_thread() - before, seconds_since(began));
}

store::Digest leaf_of(const store::Salt& salt, const std::string& text) {
  std::vector<unsigned char> bytes{0};
  bytes.insert(bytes.end(), salt.begin(), salt.end());
  bytes.insert(bytes.end(), text.begin(), text.end());
  store::Digest digest{};
  ::SHA256(bytes.data(), bytes.size(), digest.data());
  return digest;
}

store::Salt salt_of_openssl() {
  store::Salt salt{};
  ::RAND_bytes(salt.data(), static_cast<int>(salt.size()));
  return salt;
}

/// The first day is sealed while another thread writes.
void report_seal(const Order& order) {
  store::Ledger ledger(order.database);
  Writer writer(order);
  std::this_thread::sleep_for(std::chrono::seconds(1));
  const double alone = writer.longest();
  const double before = cpu_of_this_thread();
  const auto began = std::chrono::steady_clock::now();
  const auto leaves = ledger.seal(first_day(order), leaf_of, salt_of_openssl);
  const double wall = seconds_since(began);
  const double cpu = cpu_of_this_thread() - before;
  const double longest = writer.longest();
  writer.stop();
  fmt::print(R"({{"subjects":{},"cpu":{:.4f},"wall":{:.4f},"alone_ms":{:.2f},"writer_ms":{:.2f}}})"
             "\n",
             leaves.size(), cpu, wall, alone, longest);
}

/// Every day is sealed and every month told, as they are by the time that a purge comes to them.
void report_keep(const Order& order) {
  store::Ledger ledger(order.database);
  const CivilDate first = first_day(order);
  const CivilDate end{std::chrono::sys_days(first) + std::chrono::days(order.days)};
  std::size_t leaves = 0;
  double before = cpu_of_this_thread();
  const auto days = ledger.unsealed_days(end);
  for (const CivilDate day : days) {
    leaves += ledger.seal(day, leaf_of, salt_of_openssl).size();
    ledger.seal_entered(day, 1);
  }
  const double seals = cpu_of_this_thread() - before;
  before = cpu_of_this_thread();
  std::map<model::PersonId, std::string> departments;
  for (int i = 0; i < order.staff.people; ++i)
    departments[Staff::person(i)] = fmt::format("department-{}", i % 40);
  for (CivilDate month = first.year() / first.month() / 1; month < end;
       month = (month.year() / month.month() + std::chrono::months(1)) / 1)
    ledger.publish_statistics(month, departments);
  fmt::print(R"({{"days":{},"leaves":{},"seals_cpu":{:.4f},"months":{},"statistics_cpu":{:.4f},"file":{}}})"
             "\n",
             days.size(), leaves, seals, ledger.statistics_months().size(), cpu_of_this_thread() - before,
             size_of(order.database));
}

/// One transaction a minute, through a table of the session, as bulk upserts are done there.
void print_statements(const Order& order) {
  Staff staff(order.staff);
  const UtcMinute from = minute_of_day(first_day(order));
  fmt::print("{}", benchmark::postgres_schema);
  for (UtcMinute at = from; at < from + std::chrono::days(order.days); at += std::chrono::minutes(1)) {
    const auto& slices = staff.minute(at);
    if (slices.empty()) continue;
    fmt::print("BEGIN;\nCOPY told FROM STDIN;\n");
    for (const auto& slice : slices) fmt::print("{}\n", benchmark::postgres_row(slice));
    fmt::print("\\.\n{}COMMIT;\n", benchmark::postgres_upsert);
  }
}

int run(int argc, char** argv) {
  CLI::App app{"Measures the ledger with invented staff, in batches of a minute.", "edgewatch-bench-ledger"};
  app.require_subcommand(1);
  app.footer("Example: edgewatch-bench-ledger fill --database ledger.db --days 5");
  Order order;
  void (*work)(const Order&) = nullptr;
  const auto command = [&](const std::string& name, const std::string& what, void (*with)(const Order&)) {
    CLI::App* sub = app.add_subcommand(name, what);
    if (with != print_statements) sub->add_option("--database", order.database, "the file")->required();
    sub->add_option("--people", order.staff.people)->capture_default_str();
    sub->add_option("--records-a-day", order.staff.records_a_day, "of one person")->capture_default_str();
    sub->add_option("--first", order.first, "first civil date")->capture_default_str();
    sub->add_option("--days", order.days)->capture_default_str();
    sub->add_option("--last", order.last, "last date asked for (default: of all), or that goes (the first)");
    sub->add_option("--holds", order.holds, "people whose records a purge leaves")->capture_default_str();
    sub->add_option("--asked", order.asked, "people asked for")->capture_default_str();
    sub->add_option("--peer", order.peer, "edgewatch or sqlite")->capture_default_str();
    sub->callback([&work, with] { work = with; });
  };
  command("fill", "writes the minutes", [](const Order& o) {
    o.peer == "sqlite" ? report_fill<PlainSqlite>(o) : report_fill<store::Ledger>(o);
  });
  command("year", "asks for each of some people", report_year);
  command("purge", "deletes what is due, while a second thread writes",
          [](const Order& o) { o.peer == "sqlite" ? report_plain_purge(o) : report_purge(o); });
  command("seal", "seals the first day, while a second thread writes", report_seal);
  command("keep", "seals all days and makes the statistics of all months", report_keep);
  command("statements", "prints the minutes for psql", print_statements);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : exit_usage;
  }
  work(order);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "edgewatch-bench-ledger: {}\n", error.what());
    return exit_failed;
  }
}
