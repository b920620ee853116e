// Minute records as the ledger's file keeps them: a row, a frame of the hour that runs, a list of subjects.
// The first byte says which; the checks that stand around them in the file are made here, or no input would
// pass.
#include "laws.hpp"
#include "minute_codec.hpp"

#include <algorithm>

using namespace edgewatch;
using fuzz::law;

namespace {

constexpr std::int64_t place = (std::int64_t{498586} << 32U) + 17;

void check_bounds(const store::MinuteRecord& record) {
  law(record.minute < 60, "a minute lies in its hour");
  law(record.seconds <= 60 && record.lower <= record.seconds,
      "a minute has sixty seconds, the lower figure no more");
  law(record.seconds > 0 || record.run > 0, "only an amendment says nothing is left");
  law(record.circumstance > 0 && record.judged_by > 0, "a reference is to something");
}

bool same(Bytes a, Bytes b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

void check_row(Bytes input) {
  const auto records = store::decode_records(input);
  if (!records) return;
  for (const store::MinuteRecord& record : *records) check_bounds(record);
  law(std::is_sorted(records->begin(), records->end()), "records are in order");
  law(same(store::encode_records(*records), input), "what decodes encodes to the same bytes");
  for (std::size_t at = 0; at < input.size(); ++at) {
    const fuzz::Exact cut(input.first(at));
    law(!store::decode_records(cut.bytes()), "a row cut short is refused");
  }
  const auto row = store::encode_row(place, *records);
  law(store::decode_row(place, row).has_value(), "a row behind its check is read");
  law(store::count_in_row(row) == records->size(), "a row says how many records it has");
}

void check_frame(Bytes input) {
  std::vector<store::ToldRecord> told;
  store::Bindings bindings;
  if (store::decode_frame(input, told, bindings)) return;
  law(!told.empty(), "a frame has records");
  for (const store::ToldRecord& one : told) {
    check_bounds(one.record);
    law(one.subject > 0, "a record is somebody's");
  }
  for (std::size_t at = 0; at < input.size(); ++at) {
    const fuzz::Exact cut(input.first(at));
    std::vector<store::ToldRecord> of_cut;
    store::Bindings of_cut_bindings;
    law(store::decode_frame(cut.bytes(), of_cut, of_cut_bindings).has_value(),
        "a frame cut short is refused");
  }
  // Put on a page, it is there byte for byte, and read from the page it is the same.
  store::FramePage page(7, 3, 60'000);
  store::Bindings written;
  law(page.put(told, written) == told.size() && written == bindings, "what decodes fits and is put");
  law(same(page.bytes().subspan(10, input.size()), input), "what decodes encodes to the same bytes");
  std::vector<store::ToldRecord> again;
  store::Bindings again_bindings;
  law(store::FramePage::read(3, page.bytes(), again, again_bindings).has_value() &&
          again.size() == told.size(),
      "a page is read as it was written");
}

void check_set(Bytes input) {
  std::vector<std::uint32_t> numbers;
  for (std::size_t i = 0; i + 2 <= input.size(); i += 2)
    numbers.push_back((numbers.empty() ? 0 : numbers.back()) + 1U +
                      (std::uint32_t{input[i]} << 8U | input[i + 1]));
  const auto set = store::encode_set(place, numbers);
  const auto read = store::decode_set(place, set);
  law(read.has_value() && *read == numbers, "a list is read as it was written");
  static_cast<void>(store::decode_set(place, input));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > 4096) return 0;
  const fuzz::Exact input(Bytes(data + 1, size - 1));
  switch (data[0] % 3) {
    case 0:
      check_row(input.bytes());
      break;
    case 1:
      check_frame(input.bytes());
      break;
    default:
      check_set(input.bytes());
      break;
  }
  // Whatever a page or a row holds, it is read or refused.
  std::vector<store::ToldRecord> told;
  store::Bindings bindings;
  static_cast<void>(store::FramePage::read(1, input.bytes(), told, bindings));
  static_cast<void>(store::decode_row(place, input.bytes()));
  return 0;
}
