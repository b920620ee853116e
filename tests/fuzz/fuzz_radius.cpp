// One RADIUS accounting packet; and its text as a station's id.
#include "edgewatch/wire/radius.hpp"

#include "laws.hpp"

using namespace edgewatch;
using fuzz::law;
namespace radius = wire::radius;

namespace {

constexpr std::string_view secret = "s3cret-of-the-lab";

void check_authentic(Bytes input) {
  law(!radius::is_authentic_request(input, ""), "no secret, no proof");
  if (!radius::is_authentic_request(input, secret)) return;
  law(!radius::is_authentic_request(input, "another"), "what one secret made is not another's");
  std::vector<std::uint8_t> changed(input.begin(), input.end());
  const std::size_t length = std::size_t{input[2]} << 8 | input[3];
  for (const auto at : fuzz::cuts(input.first(length))) {
    changed[at] ^= 0x01;
    law(!radius::is_authentic_request(changed, secret), "a changed packet is not authentic");
    changed[at] ^= 0x01;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Exact input(Bytes(data, size));
  const auto whole = radius::parse(input.bytes());
  check_authentic(input.bytes());
  if (whole) {
    const std::size_t length = std::size_t{data[2]} << 8 | data[3];
    law(length >= 20 && length <= size, "a packet lies within its bytes");
    law(whole->user_name.size() <= 253 && whole->session.size() <= 253, "texts are bounded");
    for (const auto at : fuzz::cuts(input.bytes())) {
      const fuzz::Exact cut(input.bytes().first(at));
      law(radius::parse(cut.bytes()).has_value() == (at >= length),
          "a cut packet is refused, padding is not");
    }
  }
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto station = radius::read_station(text)) {
    law(radius::read_station(station->to_string()) == station,
        "a station printed and read again is the same");
  }
  return 0;
}
