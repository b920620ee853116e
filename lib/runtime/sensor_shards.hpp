// The sensor's side of a replay: observers that share the frames by their hosts, on one thread or several.
// What they say comes out in the order of the frames, the same however many threads there are. next(),
// recycle() and finish() are called by one thread.
#pragma once

#include "edgewatch/observe/observer.hpp"

#include "frame_batches.hpp"

#include <array>
#include <condition_variable>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace edgewatch::runtime {

/// A batch, and what was said of it.
struct SensorBatch {
  /// The events up to `end` were said at this place or before.
  struct Mark {
    Place place = 0;
    std::size_t end = 0;
  };
  struct Said {
    std::vector<model::Event> events;
    std::vector<Mark> marks;
  };
  FrameBatch frames;
  std::array<Said, shards> said;
  bool more = false;           ///< false for the last, which has no frames
  std::exception_ptr failure;  ///< of reading: nothing comes after it
  std::size_t unseen = 0;      ///< shards that have not looked at it
};

class SensorShards {
 public:
  /// `threads` from 1 to `shards`, the caller's among them: it helps while it would wait in next(). `options`
  /// for all observers together. `input` is used by a thread of this object until next() has given the last
  /// batch, or this object ends.
  SensorShards(FrameBatches& input, observe::ObserverOptions options, std::size_t threads);
  ~SensorShards();
  SensorShards(const SensorShards&) = delete;
  SensorShards& operator=(const SensorShards&) = delete;

  /// The next batch, looked at whole. Throws capture::SourceError in the place where reading failed.
  [[nodiscard]] std::unique_ptr<SensorBatch> next();
  /// Takes a batch back, for its memory.
  void recycle(std::unique_ptr<SensorBatch> batch);
  /// After the last batch: what is left to say, shard by shard; nothing when all have said it.
  [[nodiscard]] std::vector<model::Event> finish();

 private:
  using Lock = std::unique_lock<std::mutex>;
  void help(std::size_t thread);
  bool work(Lock& lock, std::size_t thread);
  void read(Lock& lock);
  void look(Lock& lock, std::size_t shard);
  [[nodiscard]] std::size_t shard_for(std::size_t thread) const;
  void look_at(SensorBatch& batch, std::size_t shard);

  FrameBatches& input_;
  std::vector<std::unique_ptr<observe::Observer>> observers_;
  std::size_t finished_ = 0;  ///< observers that have said all

  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  bool reading_ = false;   ///< somebody is
  bool all_read_ = false;  ///< the last batch is under way
  std::vector<std::unique_ptr<SensorBatch>> free_;
  std::deque<std::unique_ptr<SensorBatch>> under_way_;  ///< in order
  std::array<std::size_t, shards> seen_{};              ///< how many of them a shard has looked at
  std::array<bool, shards> looking_{};                  ///< at the next
  std::vector<std::thread> helpers_;
};

}  // namespace edgewatch::runtime
