#include "sensor_shards.hpp"

#include <algorithm>
#include <utility>

namespace edgewatch::runtime {
namespace {

// Batches on their way for each thread, where there are several: enough that nobody waits, few enough to
// stay in the caches.
constexpr std::size_t batches_a_thread = 4;
// Batches that nobody has begun, below which reading comes first.
constexpr std::size_t fewest_ahead = 2;
// How many frames ahead an observer is told what will come.
constexpr std::size_t foresight = 6;
// How many frames before that the bytes are fetched: another core may have read them from the file, and
// waiting for its cache took a tenth of the time that two threads took for `dns`.
constexpr std::size_t fetched_ahead = 8;

void fetch(Bytes frame) {
  constexpr std::size_t cache_line = 64;
  constexpr std::size_t mostly_read = 4 * cache_line;
  for (std::size_t i = 0; i < std::min(frame.size(), mostly_read); i += cache_line)
    __builtin_prefetch(frame.data() + i);
}

}  // namespace

SensorShards::SensorShards(FrameBatches& input, observe::ObserverOptions options, std::size_t threads)
    : input_(input) {
  const std::vector<std::string> names = input.source_names();
  options.memory_mib = std::max<std::size_t>(options.memory_mib / shards, 1);
  options.shards = shards;
  for (std::uint32_t shard = 0; shard < shards; ++shard) {
    options.shard = shard;
    observers_.push_back(std::make_unique<observe::Observer>(options, names));
  }
  threads = std::clamp<std::size_t>(threads, 1, shards);
  const std::size_t batches = threads == 1 ? 1 : batches_a_thread * threads;
  for (std::size_t i = 0; i < batches; ++i) free_.push_back(std::make_unique<SensorBatch>());
  for (std::size_t i = 1; i < threads; ++i) helpers_.emplace_back([this, i] { help(i); });
}

SensorShards::~SensorShards() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (std::thread& helper : helpers_) helper.join();
}

std::unique_ptr<SensorBatch> SensorShards::next() {
  Lock lock(mutex_);
  while (under_way_.empty() || under_way_.front()->unseen != 0) {
    if (!work(lock, 0)) changed_.wait(lock);
  }
  std::unique_ptr<SensorBatch> batch = std::move(under_way_.front());
  under_way_.pop_front();
  for (std::size_t& seen : seen_) --seen;
  if (batch->failure) std::rethrow_exception(batch->failure);
  return batch;
}

void SensorShards::recycle(std::unique_ptr<SensorBatch> batch) {
  {
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(batch));
  }
  changed_.notify_all();
}

std::vector<model::Event> SensorShards::finish() {
  std::vector<model::Event> events;
  while (events.empty() && finished_ < observers_.size()) {
    std::unique_ptr<observe::Observer>& observer = observers_[finished_++];
    observer->finish();
    events = observer->drain();
    input_.axis().to_utc(events);
    observer.reset();
  }
  return events;
}

void SensorShards::help(std::size_t thread) {
  Lock lock(mutex_);
  while (!stopping_) {
    if (!work(lock, thread)) changed_.wait(lock);
  }
}

/// Whoever has nothing else to do does what comes next: reads a batch, or looks at one for a shard that is
/// behind. Nobody has work of his own, so that no thread waits while there is any. False where there is none.
bool SensorShards::work(Lock& lock, std::size_t thread) {
  const std::size_t shard = shard_for(thread);
  // What was read before is told while a pipe lets its reader wait: so the caller waits for none meanwhile.
  const bool may_wait = thread != 0 || under_way_.empty() || !input_.may_wait();
  const bool may_read = may_wait && !reading_ && !all_read_ && !free_.empty();
  if (may_read && (shard == shards || under_way_.size() - seen_[shard] < fewest_ahead)) {
    read(lock);
    return true;
  }
  if (shard == shards) return false;
  look(lock, shard);
  return true;
}

/// Of the shards that nobody looks for and that have a batch to look at: one whose flows lie in this thread's
/// caches, else the one that is furthest behind; `shards` for none.
std::size_t SensorShards::shard_for(std::size_t thread) const {
  std::size_t best = shards;
  const auto is_own = [&](std::size_t shard) { return shard % (helpers_.size() + 1) == thread; };
  for (std::size_t shard = 0; shard < shards; ++shard) {
    if (looking_[shard] || seen_[shard] == under_way_.size()) continue;
    const bool better = best == shards || is_own(shard) > is_own(best) ||
                        (is_own(shard) == is_own(best) && seen_[shard] < seen_[best]);
    if (better) best = shard;
  }
  return best;
}

void SensorShards::read(Lock& lock) {
  std::unique_ptr<SensorBatch> batch = std::move(free_.back());
  free_.pop_back();
  reading_ = true;
  lock.unlock();
  try {
    batch->more = input_.next(batch->frames);
  } catch (...) {
    batch->frames.clear();
    batch->failure = std::current_exception();
    batch->more = false;
  }
  batch->unseen = shards;
  lock.lock();
  reading_ = false;
  all_read_ = !batch->more;
  under_way_.push_back(std::move(batch));
  changed_.notify_all();
}

void SensorShards::look(Lock& lock, std::size_t shard) {
  SensorBatch& batch = *under_way_[seen_[shard]];
  looking_[shard] = true;
  lock.unlock();
  look_at(batch, shard);
  lock.lock();
  looking_[shard] = false;
  ++seen_[shard];
  --batch.unseen;
  changed_.notify_all();
}

void SensorShards::look_at(SensorBatch& batch, std::size_t shard) {
  observe::Observer& observer = *observers_[shard];
  SensorBatch::Said& said = batch.said[shard];
  said.marks.clear();
  const auto mark = [&](Place place) {
    const std::size_t end = observer.pending();
    if (end == (said.marks.empty() ? 0 : said.marks.back().end)) return;
    if (said.marks.empty() || said.marks.back().place != place) said.marks.push_back({place, end});
    said.marks.back().end = end;
  };
  auto injected = batch.frames.injected.begin();
  const auto inject_until = [&](std::uint32_t frame) {
    for (; injected != batch.frames.injected.end() && injected->before_frame <= frame; ++injected) {
      if (std::holds_alternative<model::Tick>(injected->event)) observer.tick(injected->on_axis);
      if (const auto* told = std::get_if<net::FrameLoss>(&injected->event)) {
        // One has the loss in its rows; time moves on for all.
        net::FrameLoss loss = *told;
        loss.at = injected->on_axis;
        if (shard == 0) observer.see(loss);
        if (shard != 0) observer.tick(loss.at);
      }
      mark(2 * injected->before_frame);
    }
  };
  const std::vector<net::Frame>& frames = batch.frames.content.frames;
  const std::vector<FrameBatch::Step>& steps = batch.frames.steps[shard];
  const auto expect = [&](std::size_t i) {
    if (i + fetched_ahead < steps.size()) fetch(frames[steps[i + fetched_ahead].frame].bytes);
    if (i < steps.size() && !steps[i].is_tick) observer.expect(frames[steps[i].frame]);
  };
  for (std::size_t i = 0; i < foresight; ++i) expect(i);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const FrameBatch::Step step = steps[i];
    expect(i + foresight);
    inject_until(step.frame);
    if (step.is_tick) {
      observer.tick(frames[step.frame].at);
    } else {
      observer.see(frames[step.frame]);
    }
    mark(2 * step.frame + 1);
  }
  inject_until(~std::uint32_t{0});
  observer.drain(said.events);
  batch.frames.axis.to_utc(said.events);
}

}  // namespace edgewatch::runtime
