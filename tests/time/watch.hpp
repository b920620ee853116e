// The path of a replay, in memory: frames to the sensor, its events through the stages, rows added up a
// person and service. Owns the stages; one thread.
#pragma once

#include "edgewatch/classify/catalogue.hpp"
#include "edgewatch/model/event.hpp"
#include "edgewatch/observe/observer.hpp"
#include "edgewatch/pipeline/pipeline.hpp"

#include "support/recording.hpp"
#include "time/day.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace edgewatch::truth {

/// What every watch shares: the catalogue and an empty rule book. Throws std::runtime_error with all problems
/// where the catalogue does not load.
[[nodiscard]] pipeline::Policies policies_with(const std::filesystem::path& catalogue);

/// Seconds of one person on one service.
struct Figures {
  int interactive = 0;  ///< strong and moderate
  int playing = 0;      ///< strong and moderate
  int strong = 0;
  int weak = 0;  ///< interactive and playing
  int lower = 0;
  [[nodiscard]] int counted() const { return interactive + playing; }
  void add(const model::UsageSlice& slice);
  bool operator==(const Figures&) const = default;
};
using FiguresByService = std::map<std::string, Figures>;
using PersonService = std::pair<std::string, std::string>;

/// Frames that a source loses, evenly by chance, and counts as lost in the kernel.
struct Loss {
  double share = 0;
  std::uint64_t seed = 1;
};

/// A second of a flow with its service, as any method on the network's side has it.
struct NamedSecond {
  std::int64_t second = 0;
  model::FlowId flow = 0;
  std::string service;  ///< empty for an unlisted host
  std::uint32_t up = 0;
  std::uint32_t down = 0;
};

class Watch {
 public:
  /// Of the people numbered [0, people), each alone at a machine all day.
  Watch(pipeline::Policies policies, std::size_t people, Loss loss = {});
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  void see(const net::Frame& frame);
  void see(const support::Recording& recording);
  /// Of [from, to).
  void see(const support::Recording& recording, Timestamp from, Timestamp to);
  /// End of input; `stopped` where the watching stopped.
  void finish(std::optional<Timestamp> stopped = std::nullopt);

  [[nodiscard]] const std::map<PersonService, Figures>& figures() const { return figures_; }
  [[nodiscard]] FiguresByService figures_of(const std::string& person) const;
  [[nodiscard]] const std::vector<model::UsageSlice>& rows() const { return rows_; }
  /// Of the device with this address.
  [[nodiscard]] const std::vector<NamedSecond>& seconds_of(const net::IpAddress& address) const;
  /// Whether to keep rows and flow seconds; figures are always kept. Both on at first.
  void keep(bool rows, bool seconds);

 private:
  void take_events();
  void note(const model::Event& event);
  void take_rows();

  pipeline::Policies policies_;
  observe::Observer observer_;
  pipeline::Pipeline pipeline_;
  Loss loss_;
  support::Random chance_;
  bool keep_rows_ = true;
  bool keep_seconds_ = true;
  std::uint64_t lost_ = 0;
  std::map<PersonService, Figures> figures_;
  std::vector<model::UsageSlice> rows_;
  std::map<model::FlowId, std::string> services_;
  std::map<net::IpAddress, std::vector<NamedSecond>> seconds_;
};

/// The whole of one person's day as packets. People are numbered from 0.
[[nodiscard]] support::Recording record(const Day& day, std::size_t number = 0);
/// The same of several, an hour after the other, to a watch: a council's day does not fit into memory at
/// once. Gives how many frames there were.
std::uint64_t watch_council(Watch& watch, const std::vector<Day>& days);

}  // namespace edgewatch::truth
