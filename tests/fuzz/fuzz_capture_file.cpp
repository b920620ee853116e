// Capture files of any form, from memory. The input is the file.
#include "edgewatch/capture/packet_file.hpp"

#include "laws.hpp"

#include <algorithm>

using namespace edgewatch;
using fuzz::law;

namespace {

struct Kept {
  Timestamp at;
  net::LinkType link;
  std::vector<std::uint8_t> bytes;
  std::uint32_t wire_length;
  std::uint64_t number;
  bool operator==(const Kept&) const = default;
};
struct Reading {
  std::vector<Kept> frames;
  bool cut = false;
  bool damaged = false;
  bool operator==(const Reading&) const = default;
};

/// Portions and blocks of any size; by batches, or by steps.
enum class By : std::uint8_t { batches, steps };
struct Way {
  std::size_t block_bytes = 0;
  std::size_t portion = 0;
  By by = By::batches;
};

Reading read(Bytes file, const Way& way) {
  Reading out;
  const auto refill = [file, portion = way.portion](std::span<std::uint8_t> room) mutable {
    const std::size_t some = std::min({portion, room.size(), file.size()});
    std::copy_n(file.begin(), some, room.begin());
    file = file.subspan(some);
    return some;
  };
  const auto keep = [&](const net::Frame& f) {
    out.frames.push_back({f.at, f.link, {f.bytes.begin(), f.bytes.end()}, f.wire_length, f.number});
  };
  try {
    capture::PacketFile source(refill, "fuzz", "fuzz", 0, way.block_bytes);
    if (way.by == By::batches) {
      capture::Batch batch;
      while (source.next_batch(batch)) std::ranges::for_each(batch.frames, keep);
      out.cut = source.end().cut;
    } else {
      capture::Step step = source.next();
      for (; std::holds_alternative<net::Frame>(step); step = source.next()) keep(std::get<net::Frame>(step));
      out.cut = std::get<capture::EndOfInput>(step).cut;
    }
  } catch (const capture::SourceError& error) {
    law(error.exit_code() == 65, "what is wrong with a file's bytes is 65");
    out.damaged = true;
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes file(data, size);
  const Reading whole = read(file, {size + 1, size + 1, By::batches});
  std::size_t bytes = 0;
  std::uint64_t number = 0;
  for (const Kept& frame : whole.frames) {
    bytes += frame.bytes.size();
    law(frame.number == ++number, "frames are numbered from 1");
    law(frame.at >= Timestamp{} && frame.at < Timestamp(std::chrono::seconds(253402300800)),
        "stamps are of the years 1970 to 9999");
  }
  law(bytes <= size, "frames have no more bytes than the file");
  const std::size_t odd = size % 61 + 1;
  for (const Way way : {Way{odd, size + 1, By::batches}, Way{64, odd, By::steps}}) {
    law(read(file, way) == whole, "the same frames whatever the size of a block");
  }
  for (const std::size_t at : fuzz::cuts(file)) {
    const Reading part = read(file.first(at), {4096, 4096, By::steps});
    law(part.frames.size() <= whole.frames.size() &&
            std::equal(part.frames.begin(), part.frames.end(), whole.frames.begin()),
        "a cut file gives the first of the whole file's frames");
  }
  return 0;
}
